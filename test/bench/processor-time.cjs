// Preloaded into the measured process: says on exit how much user processor time its threads took, in milliseconds.
process.on('exit', () => {
  require('node:fs').writeFileSync(
    process.env.ALLOCLENS_USAGE_FILE,
    String(process.resourceUsage().userCPUTime / 1e3),
  );
});
