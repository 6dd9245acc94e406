/** Absolute path of the `node` of a major. Fetched with npm when it is not there. */
export function nodeBinary(major: number, log: (line: string) => void): Promise<string>;
