// Entry of the kernel module: every export is a function over linear memory.
