/** `source` of our diagnostics, and the name of their collection. The server's diagnostics.ts says the same. */
export const diagnosticSource = 'alloclens';
