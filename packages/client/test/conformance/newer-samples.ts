import { equal, type Sample, unordered } from './sample.js'

const vector = 'VALUES 3 1 0 0'

/** Commands that Redis 7.0 has not: those of 8.0, and of later servers. */
export const newerSamples: Readonly<Record<string, readonly Sample[]>> = {
  'client|setinfo': equal('LIB-NAME test'),
  hexpire: equal('{t}:hash 100 FIELDS 2 f nosuch', '{t}:missing 100 FIELDS 1 f'),
  hexpireat: equal('{t}:hash 4102444800 NX FIELDS 1 f'),
  hexpiretime: equal('{t}:hash FIELDS 2 f nosuch'),
  hgetdel: equal('{t}:hash FIELDS 2 f nosuch'),
  hgetex: equal('{t}:hash EXAT 4102444800 FIELDS 1 f'),
  hpersist: equal('{t}:hash FIELDS 1 f'),
  hpexpire: equal('{t}:hash 100000 FIELDS 1 f'),
  hpexpireat: equal('{t}:hash 4102444800000 FIELDS 1 f'),
  hpexpiretime: equal('{t}:hash FIELDS 1 f'),
  hpttl: equal('{t}:hash FIELDS 1 f'),
  hsetex: equal('{t}:hash EXAT 4102444800 FIELDS 1 f v'),
  httl: equal('{t}:hash FIELDS 1 f'),
  msetex: equal('2 {t}:a 1 {t}:b 2', '1 {t}:a 1 NX EX 100'),
  vadd: equal(`{t}:v ${vector} a`, `{t}:str ${vector} a`),
  vcard: equal('{t}:missing'),
  vdim: equal('{t}:missing'),
  vemb: equal('{t}:missing a'),
  vgetattr: equal('{t}:missing a'),
  vinfo: equal('{t}:missing'),
  vismember: equal('{t}:missing a'),
  vlinks: equal('{t}:missing a'),
  vrandmember: equal('{t}:missing'),
  vrem: equal('{t}:missing a'),
  vsetattr: equal('{t}:missing a {}'),
  vsim: unordered(`{t}:missing ${vector}`),
}
