/** A benchmark of a Go test file. */
export interface BenchmarkPlace {
  readonly name: string;
  /** UTF-16 offset of its declaration. */
  readonly offset: number;
}

/** The benchmarks that a text declares, as `go test` names them: what follows `Benchmark` is no small letter. */
export function benchmarksIn(text: string): BenchmarkPlace[] {
  const declaration = /^func (Benchmark(?![\p{Ll}])[\p{L}\p{Nd}_]*)\(/gmu;
  return [...text.matchAll(declaration)].map(({ 1: name, index }) => ({ name: name!, offset: index }));
}
