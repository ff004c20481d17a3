import { Random } from '../../common/random';

/**
 * An independent generator that takes its start from another one, which goes on by four words. Parts of a picture that draw from
 * generators of their own stay the same when another part draws more or less.
 */
export function fork(random: Random): Random {
  const child = Random.from([random.uint32(), random.uint32(), random.uint32(), random.uint32()]);
  for (let i = 0; i < 12; i++) child.uint32();
  return child;
}
