import { perLoop, perProgram } from '../../factors';

/** What names of functions and files say of how often their code runs, as a factor. */

/** Makes or reports errors. */
const failing = /^(?:raise|throw|panic|fatal|fail)(?:$|[A-Z])|(?:Error|Errors|Exception|Failure)$/;
/** Runs at start, when something is configured, or once a build. */
const starting =
  /^(?:init|initialize|setup|configure|install|bootstrap|register|main|run|start|launch|migrate|teardown|destroy|dispose)(?:$|[A-Z])|^(?:load|resolve|normali[sz]e|create|merge|read|parse|validate|define|get|check)\w*(?:Config|Configuration|Options|Settings|Plugins?|Env|Args|Version|Manifest)$/;

/** @param name of a function; empty where it has none */
export function ofName(name: string): number {
  if (failing.test(name)) return perProgram;
  return starting.test(name) ? 1 / perLoop ** 2 : 1;
}

/** Files and folders of what runs at start, in builds or on a command line. */
const once =
  /(?:^|\/)(?:cli|bin|build|config|configs|configuration|setup|tools?|tooling|codegen|generators?|migrations?|mocks?|installers?|rollup)(?:\/|\.[cm]?[jt]sx?$)|(?:^|\/)(?:create-[\w-]+|[\w-]+-cli)\//;

/** @param path below the project, with `/` */
export function ofPath(path: string): number {
  return once.test(path) ? 1 / perLoop ** 2 : 1;
}
