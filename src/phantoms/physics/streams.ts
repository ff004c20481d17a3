import { Random } from '../../common/random';

/**
 * An independent generator that is seeded with four words of another one. Parts of a picture with
 * their own generators stay the same if another part uses more or fewer random numbers.
 */
export function fork(random: Random): Random {
  const child = Random.from([random.uint32(), random.uint32(), random.uint32(), random.uint32()]);
  for (let i = 0; i < 12; i++) child.uint32();
  return child;
}
