// Every kernel, as rows of a table.
//
// A row says how the state of a kernel is loaded (ENTRY), the instruction with what must be reset before each
// one (BODY), and what it hands to the next operation (STEP). Registers: rdi operand, rsi count, r11 list,
// r12 start of a single timing, r10 the source operand; rax, rbx, rcx, rdx, r8, r9 belong to the rows. The timer of
// `single` overwrites rax, rcx and rdx around each operation, so nothing is handed on in those.
#include "CAtomics.h"

#define NL "\n\t"
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define LOCK "lock "
#define PLAIN ""

#define PROLOGUE "pushq %rbx" NL "pushq %r12" NL "movq %rdx, %r11" NL "movabsq $" TEXT(CATOMICS_SOURCE) ", %r10" NL
#define EPILOGUE "popq %r12" NL "popq %rbx" NL "ret"
#define NAKED __attribute__((naked, aligned(64))) static void

#define LOOP(PARTS)                                                                                          \
  ".p2align 6" NL "1:" NL ".rept " TEXT(CATOMICS_UNROLL) NL PARTS ".endr" NL "decq %rsi" NL "jnz 1b" NL

// Eight chains on registers that the rows that use this leave alone; r12 only lends its value.
#define WORK_ROUND                                                                                           \
  "addq %r12, %rax" NL "addq %r12, %rcx" NL "addq %r12, %rdx" NL "addq %r12, %rbx" NL                        \
  "addq %r12, %r8" NL "addq %r12, %r9" NL "addq %r12, %r11" NL "addq %r12, %rbp" NL
#define WORK WORK_ROUND WORK_ROUND WORK_ROUND WORK_ROUND WORK_ROUND WORK_ROUND WORK_ROUND WORK_ROUND
_Static_assert(CATOMICS_WORK_ADDS == 64, "WORK has eight rounds of eight adds");

#define START_TIMER                                                                                          \
  "lfence" NL "rdtsc" NL "shlq $32, %rdx" NL "orq %rdx, %rax" NL "movq %rax, %r12" NL "lfence" NL
#define STOP_TIMER                                                                                           \
  "rdtscp" NL "lfence" NL "shlq $32, %rdx" NL "orq %rdx, %rax" NL "subq %r12, %rax" NL                       \
  "movq %rax, (%r11)" NL "addq $8, %r11" NL

#define FUNCTIONS(SYMBOL, ENTRY, BODY, STEP)                                                                 \
  NAKED loop_##SYMBOL(void *operand, uint64_t count, void *list) {                                           \
    __asm__ volatile(PROLOGUE ENTRY LOOP(BODY STEP) EPILOGUE);                                               \
  }                                                                                                          \
  NAKED walk_##SYMBOL(void *operand, uint64_t count, void *list) {                                           \
    __asm__ volatile(PROLOGUE ENTRY ".p2align 6" NL "1:" NL "movq (%r11), %rdi" NL BODY                      \
                     "lfence" NL "addq $8, %r11" NL "decq %rsi" NL "jnz 1b" NL EPILOGUE);                    \
  }                                                                                                          \
  NAKED single_##SYMBOL(void *operand, uint64_t count, void *list) {                                         \
    __asm__ volatile(PROLOGUE ENTRY ".p2align 6" NL "1:" NL START_TIMER BODY STOP_TIMER STEP                 \
                     "decq %rsi" NL "jnz 1b" NL EPILOGUE);                                                   \
  }

#define FUNCTION_WITH_WORK(SYMBOL, ENTRY, BODY)                                                              \
  NAKED work_##SYMBOL(void *operand, uint64_t count, void *list) {                                           \
    __asm__ volatile("pushq %rbp" NL PROLOGUE ENTRY LOOP(BODY WORK) "popq %r12" NL "popq %rbx" NL            \
                     "popq %rbp" NL "ret");                                                                  \
  }

// MARK: The rows. P is the prefix; S the size suffix; A, R8, R9, R10 are rax, r8, r9, r10 in that size.

#define LOAD_1(REG) "movzbl (%rdi), %" REG "d" NL
#define LOAD_2(REG) "movzwl (%rdi), %" REG "d" NL
#define LOAD_4(REG) "movl (%rdi), %" REG "d" NL
#define LOAD_8(REG) "movq (%rdi), %" REG NL

#define SOURCE_ROW(NAME, W, S, R10, TAG, P)                                                                  \
  FUNCTIONS(TAG##_##NAME##_##W, "", P TEXT(NAME) S " " R10 ", (%rdi)" NL, "")
#define CARRY_ROW(NAME, W, S, R10, TAG, P)                                                                   \
  FUNCTIONS(TAG##_##NAME##_##W, "", "stc" NL P TEXT(NAME) S " " R10 ", (%rdi)" NL, "")
#define UNARY_ROW(NAME, W, S, TAG, P) FUNCTIONS(TAG##_##NAME##_##W, "", P TEXT(NAME) S " (%rdi)" NL, "")
#define BIT_ROW(NAME, W, S, BIT, TAG, P)                                                                     \
  FUNCTIONS(TAG##_##NAME##_##W, "", P TEXT(NAME) S " $" TEXT(BIT) ", (%rdi)" NL, "")
#define XADD_ROW(W, S, R8, TAG, P)                                                                           \
  FUNCTIONS(TAG##_xadd_##W, "", "movq %r10, %r8" NL P "xadd" S " " R8 ", (%rdi)" NL, "")
#define XCHG_ROW(W, S, R10) FUNCTIONS(locked_xchg_##W, "", "xchg" S " " R10 ", (%rdi)" NL, "")
// Succeeds every time and moves the operand on by the source operand: a failed one would load rax.
#define CMPXCHG_ROW(W, S, R9, TAG, P)                                                                        \
  FUNCTIONS(TAG##_cmpxchg_##W, LOAD_##W("r8"),                                                               \
            "movq %r8, %rax" NL "leaq (%r8,%r10), %r9" NL P "cmpxchg" S " " R9 ", (%rdi)" NL,                \
            "movq %r9, %r8" NL)
// Expects the complement of the operand, so it fails every time and writes the old value back.
#define CMPXCHG_FAIL_ROW(W, S, R10, TAG, P)                                                                  \
  FUNCTIONS(TAG##_cmpxchg_fail_##W, LOAD_##W("r8") "notq %r8" NL,                                            \
            "movq %r8, %rax" NL P "cmpxchg" S " " R10 ", (%rdi)" NL, "")
// The double-width pair succeeds every time and adds 1 to each half.
#define CMPXCHG8B_ROW(TAG, P)                                                                                \
  FUNCTIONS(TAG##_cmpxchg8b_8, "movl (%rdi), %r8d" NL "movl 4(%rdi), %r9d" NL,                               \
            "movl %r8d, %eax" NL "movl %r9d, %edx" NL "leal 1(%r8), %ebx" NL "leal 1(%r9), %ecx" NL          \
            P "cmpxchg8b (%rdi)" NL, "incl %r8d" NL "incl %r9d" NL)
#define CMPXCHG16B_ROW(TAG, P)                                                                               \
  FUNCTIONS(TAG##_cmpxchg16b_16, "movq (%rdi), %r8" NL "movq 8(%rdi), %r9" NL,                               \
            "movq %r8, %rax" NL "movq %r9, %rdx" NL "leaq 1(%r8), %rbx" NL "leaq 1(%r9), %rcx" NL            \
            P "cmpxchg16b (%rdi)" NL, "incq %r8" NL "incq %r9" NL)
#define STORE_ROW(W, S, R10) FUNCTIONS(plain_store_##W, "", "mov" S " " R10 ", (%rdi)" NL, "")
#define LOAD_ROW(W) FUNCTIONS(plain_load_##W, "", LOAD_##W("r8"), "")

#define LOCKED_AND_PLAIN(ROW, ...) ROW(__VA_ARGS__, locked, LOCK) ROW(__VA_ARGS__, plain, PLAIN)

#define SOURCE_ROWS(NAME)                                                                                    \
  LOCKED_AND_PLAIN(SOURCE_ROW, NAME, 1, "b", "%r10b")                                                        \
  LOCKED_AND_PLAIN(SOURCE_ROW, NAME, 2, "w", "%r10w")                                                        \
  LOCKED_AND_PLAIN(SOURCE_ROW, NAME, 4, "l", "%r10d")                                                        \
  LOCKED_AND_PLAIN(SOURCE_ROW, NAME, 8, "q", "%r10")
#define CARRY_ROWS(NAME)                                                                                     \
  LOCKED_AND_PLAIN(CARRY_ROW, NAME, 1, "b", "%r10b")                                                         \
  LOCKED_AND_PLAIN(CARRY_ROW, NAME, 2, "w", "%r10w")                                                         \
  LOCKED_AND_PLAIN(CARRY_ROW, NAME, 4, "l", "%r10d")                                                         \
  LOCKED_AND_PLAIN(CARRY_ROW, NAME, 8, "q", "%r10")
#define UNARY_ROWS(NAME)                                                                                     \
  LOCKED_AND_PLAIN(UNARY_ROW, NAME, 1, "b")                                                                  \
  LOCKED_AND_PLAIN(UNARY_ROW, NAME, 2, "w")                                                                  \
  LOCKED_AND_PLAIN(UNARY_ROW, NAME, 4, "l")                                                                  \
  LOCKED_AND_PLAIN(UNARY_ROW, NAME, 8, "q")
// The highest bit of the operand, as an immediate: it lies on the second line of every straddle, and a
// register index would be allowed to leave the operand.
#define BIT_ROWS(NAME)                                                                                       \
  LOCKED_AND_PLAIN(BIT_ROW, NAME, 2, "w", 15)                                                                \
  LOCKED_AND_PLAIN(BIT_ROW, NAME, 4, "l", 31)                                                                \
  LOCKED_AND_PLAIN(BIT_ROW, NAME, 8, "q", 63)

SOURCE_ROWS(add) SOURCE_ROWS(sub) SOURCE_ROWS(and) SOURCE_ROWS(or) SOURCE_ROWS(xor)
CARRY_ROWS(adc) CARRY_ROWS(sbb)
UNARY_ROWS(inc) UNARY_ROWS(dec) UNARY_ROWS(neg) UNARY_ROWS(not)
BIT_ROWS(bts) BIT_ROWS(btr) BIT_ROWS(btc)
LOCKED_AND_PLAIN(XADD_ROW, 1, "b", "%r8b") LOCKED_AND_PLAIN(XADD_ROW, 2, "w", "%r8w")
LOCKED_AND_PLAIN(XADD_ROW, 4, "l", "%r8d") LOCKED_AND_PLAIN(XADD_ROW, 8, "q", "%r8")
LOCKED_AND_PLAIN(CMPXCHG_ROW, 1, "b", "%r9b") LOCKED_AND_PLAIN(CMPXCHG_ROW, 2, "w", "%r9w")
LOCKED_AND_PLAIN(CMPXCHG_ROW, 4, "l", "%r9d") LOCKED_AND_PLAIN(CMPXCHG_ROW, 8, "q", "%r9")
LOCKED_AND_PLAIN(CMPXCHG_FAIL_ROW, 1, "b", "%r10b") LOCKED_AND_PLAIN(CMPXCHG_FAIL_ROW, 2, "w", "%r10w")
LOCKED_AND_PLAIN(CMPXCHG_FAIL_ROW, 4, "l", "%r10d") LOCKED_AND_PLAIN(CMPXCHG_FAIL_ROW, 8, "q", "%r10")
CMPXCHG8B_ROW(locked, LOCK) CMPXCHG8B_ROW(plain, PLAIN)
CMPXCHG16B_ROW(locked, LOCK) CMPXCHG16B_ROW(plain, PLAIN)
XCHG_ROW(1, "b", "%r10b") XCHG_ROW(2, "w", "%r10w") XCHG_ROW(4, "l", "%r10d") XCHG_ROW(8, "q", "%r10")
STORE_ROW(1, "b", "%r10b") STORE_ROW(2, "w", "%r10w") STORE_ROW(4, "l", "%r10d") STORE_ROW(8, "q", "%r10")
LOAD_ROW(1) LOAD_ROW(2) LOAD_ROW(4) LOAD_ROW(8)

FUNCTION_WITH_WORK(locked_add_8, "", LOCK "addq %r10, (%rdi)" NL)
FUNCTION_WITH_WORK(plain_add_8, "", "addq %r10, (%rdi)" NL)

// MARK: The table

#define ENTRY_OF(ID, SYMBOL, W, IS_LOCKED, WITH_WORK)                                                        \
  {ID, W, IS_LOCKED, loop_##SYMBOL, walk_##SYMBOL, single_##SYMBOL, WITH_WORK},
#define PAIR(ID, NAME, W)                                                                                    \
  ENTRY_OF(ID, locked_##NAME##_##W, W, true, NULL) ENTRY_OF(ID, plain_##NAME##_##W, W, false, NULL)
#define WIDTHS_1_TO_8(ID, NAME) PAIR(ID, NAME, 1) PAIR(ID, NAME, 2) PAIR(ID, NAME, 4) PAIR(ID, NAME, 8)
#define WIDTHS_2_TO_8(ID, NAME) PAIR(ID, NAME, 2) PAIR(ID, NAME, 4) PAIR(ID, NAME, 8)
#define ONE_SIDED(ID, TAG, NAME, IS_LOCKED)                                                                  \
  ENTRY_OF(ID, TAG##_##NAME##_1, 1, IS_LOCKED, NULL) ENTRY_OF(ID, TAG##_##NAME##_2, 2, IS_LOCKED, NULL)      \
  ENTRY_OF(ID, TAG##_##NAME##_4, 4, IS_LOCKED, NULL) ENTRY_OF(ID, TAG##_##NAME##_8, 8, IS_LOCKED, NULL)

static const catomics_kernel table[] = {
    PAIR("add", add, 1) PAIR("add", add, 2) PAIR("add", add, 4)
    ENTRY_OF("add", locked_add_8, 8, true, work_locked_add_8)
    ENTRY_OF("add", plain_add_8, 8, false, work_plain_add_8)
    WIDTHS_1_TO_8("sub", sub) WIDTHS_1_TO_8("inc", inc) WIDTHS_1_TO_8("dec", dec) WIDTHS_1_TO_8("neg", neg)
    WIDTHS_1_TO_8("not", not) WIDTHS_1_TO_8("and", and) WIDTHS_1_TO_8("or", or) WIDTHS_1_TO_8("xor", xor)
    WIDTHS_1_TO_8("adc", adc) WIDTHS_1_TO_8("sbb", sbb) WIDTHS_1_TO_8("xadd", xadd)
    WIDTHS_1_TO_8("cmpxchg", cmpxchg) WIDTHS_1_TO_8("cmpxchg-fail", cmpxchg_fail)
    PAIR("cmpxchg8b", cmpxchg8b, 8) PAIR("cmpxchg16b", cmpxchg16b, 16)
    WIDTHS_2_TO_8("bts", bts) WIDTHS_2_TO_8("btr", btr) WIDTHS_2_TO_8("btc", btc)
    ONE_SIDED("xchg", locked, xchg, true)
    ONE_SIDED("load", plain, load, false) ONE_SIDED("store", plain, store, false)
};

const catomics_kernel *catomics_kernels(size_t *count) {
  *count = sizeof table / sizeof table[0];
  return table;
}

__attribute__((naked, aligned(64))) void catomics_single_nothing(void *operand, uint64_t count, void *list) {
  __asm__ volatile(PROLOGUE ".p2align 6" NL "1:" NL START_TIMER STOP_TIMER "decq %rsi" NL "jnz 1b" NL EPILOGUE);
}

__attribute__((naked, aligned(64))) void catomics_loop_nothing(void *operand, uint64_t count, void *list) {
  __asm__ volatile(".p2align 6" NL "1:" NL "decq %rsi" NL "jnz 1b" NL "ret");
}
