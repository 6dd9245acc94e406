import type { Environment } from '../../host/process';

/**
 * Takes the network and the version control systems from the go command, whatever the user's environment, `go env -w` or
 * a go.mod say. Every variable has a value, because the go command takes an empty one for "not set" and looks into its
 * configuration file (cmd/go/internal/cfg, Getenv). GOPRIVATE is only the default of GONOPROXY and GONOSUMDB.
 */
const withoutNetwork = {
  GOPROXY: 'off',
  GONOPROXY: 'none',
  GOVCS: '*:off',
  GOAUTH: 'off',
  // GOPROXY=off alone lets it ask sum.golang.org about a module of the cache that go.sum does not name. With
  // GOSUMDB=off, or for a module that GONOSUMDB names, it would write an unverified sum into the user's go.work.sum, and
  // refuse the toolchains of the module cache. A database that has nothing leaves it what the cache knows of the real one.
  GOSUMDB: 'sum.golang.org file:///alloclens-asks-no-checksum-database',
  GONOSUMDB: 'none',
};

/** The environment for each start of the go command. */
export function offline(env: Environment): Record<string, string | undefined> {
  return { ...env, ...withoutNetwork };
}
