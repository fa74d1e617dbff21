/** The sixteen colours of a terminal, 0xRRGGBB: dark background, soft foreground, none of them glaring. */
const SIXTEEN = [
  0x10141c, 0xf0616d, 0x8fd16f, 0xe8c266, 0x6aa6f8, 0xc792ea, 0x63d0d6, 0xd3d7de, 0x5c6577, 0xff8791, 0xb3ee93,
  0xffdc8a, 0x93c2ff, 0xe2b6ff, 0x90ecf0, 0xffffff,
];

const LEVELS = [0, 95, 135, 175, 215, 255];

/** xterm's 256 colours: sixteen, a cube of 6 x 6 x 6, 24 greys. */
export const PALETTE: readonly number[] = Array.from({ length: 256 }, (_, index) => {
  if (index < 16) return SIXTEEN[index] ?? 0;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const [r, g, b] = [36, 6, 1].map((step) => LEVELS[Math.floor((index - 16) / step) % 6] ?? 0) as [
    number,
    number,
    number,
  ];
  return (r << 16) | (g << 8) | b;
});

export const FOREGROUND = 7;
export const BACKGROUND = 0;

/** The nearest colour of the cube to 0xRRGGBB. */
export function nearest(colour: number): number {
  const level = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40));
  const part = (shift: number): number => level((colour >> shift) & 255);
  return 16 + 36 * part(16) + 6 * part(8) + part(0);
}
