export async function smokeAll(_: string): Promise<boolean> { return true; }
