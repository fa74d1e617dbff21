/** The sixteen colours of a terminal, 0xRRGGBB: dark background, soft foreground, none of them glaring. */
export const PALETTE: readonly number[] = [
  0x10141c, 0xf0616d, 0x8fd16f, 0xe8c266, 0x6aa6f8, 0xc792ea, 0x63d0d6, 0xd3d7de, 0x5c6577, 0xff8791, 0xb3ee93,
  0xffdc8a, 0x93c2ff, 0xe2b6ff, 0x90ecf0, 0xffffff,
];

export const FOREGROUND = 7;
export const BACKGROUND = 0;
