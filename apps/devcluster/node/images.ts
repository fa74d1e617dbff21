import { builtProgram } from '../process/child.js';
import known from './images.json' with { type: 'json' };

/** Image name, tag included -> the Node program that stands for it: an absolute path. */
export type Images = ReadonlyMap<string, string>;

/** The images of images.json; their programs are where the build put them. */
export function knownImages(): Images {
  return new Map(Object.entries(known).map(([image, program]) => [image, builtProgram(program)]));
}
