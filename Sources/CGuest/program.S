// The guest's program: position-independent, flat 64-bit code for CPL 0 and CPL 3. The stack pointer of either lies in the
// vCPU's cell, which is aligned to its size: masking it finds the mailbox.

#define ROUTINE 0
#define USER 8
#define OPERAND 16
#define COUNT 24
#define FLAGS 32
#define START 40
#define END 48
#define VALUES 56
#define FAULTS 88
#define VECTOR 96
#define ERROR_CODE 104
#define RIP 112
#define CS 120
#define RFLAGS 128
#define DR6 136
#define GATE 144
#define PARTIES 152

#define CELL_MASK (-0x10000)
#define SYSTEM_STACK 0x4000
#define USER_STACK 0x6000
#define USER_DATA 0x23
#define USER_CODE 0x2b
#define READY_PORT 0xf0
#define COUNTED_PORT 0xf1
#define BATCH 8
#define NO_FLAGS 2

        .macro mark where               // of the mailbox in %rdi
        lfence
        rdtsc
        shl     $32, %rdx
        or      %rdx, %rax
        mov     %rax, \where(%rdi)
        .endm

        .macro routine name
        .p2align 6
        .globl  \name
        .type   \name, @function
\name:
        .endm

        .text
        .p2align 6
        .globl  cguest_start, cguest_entry, cguest_stubs, cguest_comes_back
        .globl  cguest_locked_at, cguest_locked_after, cguest_end
        .hidden cguest_start, cguest_entry, cguest_stubs, cguest_comes_back
        .hidden cguest_locked_at, cguest_locked_after, cguest_end
cguest_start:

// MARK: Calls, at CPL 0

cguest_entry:
cguest_comes_back:
        mov     %rsp, %rdi
        and     $CELL_MASK, %rdi
        lea     SYSTEM_STACK(%rdi), %rsp
        pushq   $NO_FLAGS               // an exception keeps EFLAGS.AC
        popfq
        out     %al, $READY_PORT        // the host leaves the next call in the mailbox
        cmpq    $0, USER(%rdi)
        jne     1f
        pushq   FLAGS(%rdi)
        popfq
        call    *ROUTINE(%rdi)
        jmp     cguest_entry
1:      lea     USER_STACK(%rdi), %rax
        lea     2f(%rip), %rcx
        pushq   $USER_DATA
        push    %rax
        pushq   FLAGS(%rdi)
        pushq   $USER_CODE
        push    %rcx
        iretq
2:      call    *ROUTINE(%rdi)          // at CPL 3
        int3

// MARK: Exceptions, at CPL 0

        .p2align 4
cguest_stubs:
        .set    vector, 0
        .rept   32
        .p2align 4
        .if     vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21 && vector != 29 && vector != 30
        pushq   $0                      // in place of the error code that the CPU does not push
        .endif
        pushq   $vector
        jmp     report
        .set    vector, vector + 1
        .endr

        .p2align 4
report:
        mov     %rsp, %rdi
        and     $CELL_MASK, %rdi
        pop     VECTOR(%rdi)
        pop     ERROR_CODE(%rdi)
        pop     RIP(%rdi)
        pop     CS(%rdi)
        pop     RFLAGS(%rdi)
        mov     %dr6, %rax
        mov     %rax, DR6(%rdi)
        incq    FAULTS(%rdi)
        jmp     cguest_entry

// MARK: Routines

        routine cguest_register
        mov     COUNT(%rdi), %rcx
        xor     %r8d, %r8d
        mark    START
        .p2align 6
1:      add     $1, %r8
        dec     %rcx
        jnz     1b
        mark    END
        ret

        routine cguest_locked
        mov     COUNT(%rdi), %rcx
        mov     OPERAND(%rdi), %rsi
        mark    START
        .p2align 6
cguest_locked_at:
        lock addq $1, (%rsi)
cguest_locked_after:
        dec     %rcx
        jnz     cguest_locked_at
        mark    END
        ret

        routine cguest_together
        mov     OPERAND(%rdi), %rsi
        mov     GATE(%rdi), %r9
        mov     PARTIES(%rdi), %r10
        mark    VALUES + 8
        lock incq (%r9)
1:      pause
        cmp     %r10, (%r9)
        jb      1b
        xor     %r8d, %r8d
        mark    START
        mov     COUNT(%rdi), %r11
        add     %rax, %r11
        .p2align 6
2:      mov     $BATCH, %ecx            // between two looks at the clock
        add     %rcx, %r8
3:      lock addq $1, (%rsi)
        dec     %ecx
        jnz     3b
        rdtsc
        shl     $32, %rdx
        or      %rdx, %rax
        cmp     %r11, %rax
        jb      2b
        mark    END
        mov     %r8, VALUES(%rdi)
        ret

        routine cguest_load
        mov     OPERAND(%rdi), %rsi
        pushfq
        pop     VALUES(%rdi)
        mov     (%rsi), %rax
        ret

        routine cguest_cpuid
        push    %rbx
        mov     OPERAND(%rdi), %eax
        mov     COUNT(%rdi), %ecx
        cpuid
        mov     %rax, VALUES(%rdi)
        mov     %rbx, VALUES + 8(%rdi)
        mov     %rcx, VALUES + 16(%rdi)
        mov     %rdx, VALUES + 24(%rdi)
        pop     %rbx
        ret

        routine cguest_read_msr
        mov     OPERAND(%rdi), %ecx
        rdmsr
        shl     $32, %rdx
        or      %rdx, %rax
        mov     %rax, VALUES(%rdi)
        ret

        routine cguest_write_msr
        mov     OPERAND(%rdi), %ecx
        mov     VALUES(%rdi), %eax
        mov     VALUES + 4(%rdi), %edx
        wrmsr
        ret

        routine cguest_port
        mov     COUNT(%rdi), %rcx
        mark    START
1:      out     %al, $COUNTED_PORT
        dec     %rcx
        jnz     1b
        mark    END
        ret

cguest_end:

        .section .note.GNU-stack, "", @progbits
