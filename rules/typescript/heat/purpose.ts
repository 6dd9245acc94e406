import { perLoop, perProgram } from '../../factors';

/** What names of functions and files say of how often their code runs, as a factor. */

/** Makes or reports errors. */
const failing = /^(?:raise|throw|panic|fatal|fail)(?:$|[A-Z])|(?:Error|Errors|Exception|Failure)$/;
/** Runs at start or at the end, when something is configured, or once a build. */
const starting =
  /^(?:init|initiali[sz]e|setup|configure|install|bootstrap|register|main|start|launch|migrate|teardown|destroy|dispose|close|shutdown|stop|connect|disconnect|listen|enable|disable|hydrate|rehydrate)(?:$|[A-Z])/;
/** `resolveConfig`, `getSchemaByExtensions`: what a program is put together of is read, made and joined once. */
const assembling =
  /^(?:load|resolve|normali[sz]e|create|make|build|merge|inject|read|parse|validate|define|get|check|extract|sort|flatten|collect|generate)\w*(?:Config|Configuration|Options?|Settings|Plugins?|Extensions?|Schema|Env|Args|Version|Manifest|Targets|Constants)(?:$|[A-Z])/;
/** What a person looks at. */
const presenting = /^(?:dump|debug|inspect|describe)(?:$|[A-Z])|Debug/;

/** @param name of a function; empty where it has none */
export function ofName(name: string): number {
  if (failing.test(name)) return perProgram;
  return starting.test(name) || assembling.test(name) || presenting.test(name) ? 1 / perLoop ** 2 : 1;
}

/** Files and folders of what runs at start, in builds or on a command line. */
const once =
  /(?:^|[/-])(?:config|options|settings|schema|constants)\.[cm]?[jt]sx?$|(?:^|\/)(?:cli|bin|build|compile|config|configs|configuration|setup|tools?|tooling|codegen|generators?|migrations?|mocks?|installers?|schemas?|rollup)(?:\/|\.[cm]?[jt]sx?$)|(?:^|\/)(?:create-[\w-]+|[\w-]+-cli)\//;

/** @param path below the project, with `/` */
export function ofPath(path: string): number {
  return once.test(path) ? 1 / perLoop ** 2 : 1;
}
