/** Disks of a few megabytes in memory, for those who may mount them. */

/** Whether this process may mount. */
export const mountable: boolean = await canMount();

async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  try {
    return await mount(folder, "size=64k") && await unmount(folder);
  } finally {
    await Deno.remove(folder);
  }
}

/** Mounts a new disk over a folder; says whether that could be done. */
export async function mount(folder: string, options: string): Promise<boolean> {
  const args = ["-t", "tmpfs", "-o", options, "tmpfs", folder];
  return await new Deno.Command("mount", { args, stderr: "null" }).output().then(({ success }) => success, () => false);
}

/** Takes the disk away; says whether that could be done. */
export async function unmount(folder: string): Promise<boolean> {
  return (await new Deno.Command("umount", { args: [folder] }).output()).success;
}

/** Writes a file until the disk has no room for one more byte. */
export function fillDisk(path: string): void {
  using file = Deno.openSync(path, { write: true, create: true });
  for (const size of [65536, 4096, 1]) {
    try {
      for (const bytes = new Uint8Array(size);;) if (file.writeSync(bytes) < size) break;
    } catch {
      // There is no room for so much.
    }
  }
}
