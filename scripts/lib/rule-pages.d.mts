export function pageForUsers(source: string): string;
export function writePages(from: string, to: string): Promise<void>;
