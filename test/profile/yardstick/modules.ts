/** A public Go module whose own benchmarks are recorded. */
export interface YardstickModule {
  readonly name: string;
  readonly version: string;
  /** Folder of the package whose benchmarks are run, relative to the module's. */
  readonly package: string;
  /** Which benchmarks: all, or those of a step, where others read a whole file or fill a tree for each iteration. */
  readonly bench: string;
  /** As `go test` takes it: so many iterations that what a benchmark sets up does not weigh more than what it measures. */
  readonly benchtime: string;
  /** Runs of each benchmark before and after the fixes. */
  readonly count: number;
}

/**
 * Ten modules, pinned: figures can be compared between runs. None is one of those that others are measured with. The factors of the estimate
 * (rules/go/heat, rules/go/sites/expected.ts) were chosen without a look at validator and expr, which are to stay aside.
 */
export const modules: readonly YardstickModule[] = [
  {
    name: 'github.com/BurntSushi/toml',
    version: 'v1.6.0',
    package: '.',
    bench: '.',
    benchtime: '50x',
    count: 4,
  },
  {
    name: 'github.com/pelletier/go-toml/v2',
    version: 'v2.4.3',
    package: 'benchmark',
    bench: '.',
    benchtime: '10x',
    count: 4,
  },
  {
    name: 'github.com/PuerkitoBio/goquery',
    version: 'v1.14.0',
    package: '.',
    bench: '.',
    benchtime: '500x',
    count: 4,
  },
  {
    name: 'github.com/expr-lang/expr',
    version: 'v1.17.8',
    package: '.',
    bench: '_(expr|filter|callFunc|callMethod|sort|groupBy|reduce|envMap|len|median)',
    benchtime: '2000x',
    count: 4,
  },
  {
    name: 'github.com/go-playground/validator/v10',
    version: 'v10.30.6',
    package: '.',
    bench: '.',
    benchtime: '2000x',
    count: 4,
  },
  {
    name: 'github.com/vmihailenco/msgpack/v5',
    version: 'v5.4.1',
    package: '.',
    bench: '.',
    benchtime: '5000x',
    count: 4,
  },
  {
    name: 'github.com/shopspring/decimal',
    version: 'v1.6.0',
    package: '.',
    bench: 'Decimal_(Add|Sub|NewFromString|Normalize|RoundCash|UnmarshalJSON)',
    benchtime: '300x',
    count: 4,
  },
  {
    name: 'github.com/gorilla/mux',
    version: 'v1.8.1',
    package: '.',
    bench: '.',
    benchtime: '5000x',
    count: 4,
  },
  {
    name: 'github.com/google/btree',
    version: 'v1.1.3',
    package: '.',
    bench: '.',
    benchtime: '100x',
    count: 4,
  },
  {
    name: 'github.com/sirupsen/logrus',
    version: 'v1.10.2',
    package: '.',
    bench: '.',
    benchtime: '2000x',
    count: 4,
  },
];
