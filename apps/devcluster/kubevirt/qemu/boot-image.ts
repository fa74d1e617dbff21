/** How the sample configuration in the rescue image begins; it ends where its sector is filled up with zeros. */
const SAMPLE = '# Sample GRUB configuration file';

/**
 * No menu, so that GRUB goes to its shell; on the serial port too, where the machine has one. GRUB talks to the port by
 * itself: the BIOS would mirror the screen there as well, but loses characters that are typed fast.
 */
const CONFIGURATION = `if serial --unit=0 --speed=115200; then
  terminal_input --append serial
  terminal_output --append serial
fi
`;

/**
 * The rescue image with another configuration, written over the sample: no tools are needed that make file systems.
 * @throws Error when the image is not laid out as Debian's
 */
export function bootImage(rescue: Buffer): Buffer {
  const start = rescue.indexOf(SAMPLE);
  const end = rescue.indexOf(0, start);
  if (start < 0 || end - start < CONFIGURATION.length) throw new Error('Unknown layout of the GRUB rescue image.');
  const image = Buffer.from(rescue);
  image.fill('\n', start, end).write(CONFIGURATION, start);
  return image;
}
