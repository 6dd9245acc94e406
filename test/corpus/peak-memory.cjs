// Preloaded into the measured process: says on exit how much memory it had at its peak, in bytes.
process.on('exit', () => {
  require('node:fs').writeFileSync(
    process.env.ALLOCLENS_PEAK_FILE,
    String(process.resourceUsage().maxRSS * 1024),
  );
});
