"""What sld_state_show and __split_lock_setup print at boot."""

AC_WARNING = "#AC: crashing the kernel on kernel split_locks and warning on user-space split_locks"
AC_FATAL = "#AC: crashing the kernel on kernel split_locks and sending SIGBUS on user-space split_locks"
DB_WARNING = "#DB: warning on user-space bus_locks"
DB_FATAL = "#DB: sending SIGBUS on user-space bus_locks"
DB_LIMIT = "#DB: setting system wide bus lock rate limit to 100/sec"
FAILED = "MSR access failed: Disabled"
DISABLED = "disabled"
