/**
 * Runtime functions that allocate, as the compiler calls them (cmd/compile/internal/typecheck/builtin.go). `newproc` and
 * `deferproc` are left out: a goroutine is not what the fixes are about.
 */
const allocating =
  /^runtime\.(?:newobject|mallocgc\w*|malloc\w+|makeslice(?:64|copy)?|growslice\w*|makemap(?:64|_small)?|mapassign\w*|makechan(?:64)?|convT\w*|concatstring\w*|concatbyte\w*|slicebytetostring|stringtoslicebyte|stringtoslicerune|slicerunetostring|intstring|moveSlice\w*)$/;

export function allocates(callee: string): boolean {
  return allocating.test(callee);
}
