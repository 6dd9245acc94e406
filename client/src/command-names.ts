// Names that both the commands and what calls them need. Those that begin with _ nobody calls by hand: the manifest does not
// have them.

/** The command that the server's "Show documentation" actions call. */
export const showRuleDocumentation = 'alloclens.showRuleDocumentation';

/** Runs after a fix of ours has changed the text. */
export const fixApplied = '_alloclens.fixApplied';

/** What the links of a hover call; see finding-links.ts. */
export const applyFix = '_alloclens.applyFix';
export const explainFinding = '_alloclens.explainFinding';
