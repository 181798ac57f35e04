/** What the shop sells. */
export interface Product {
  readonly id: number;
  readonly name: string;
  /** In euros. */
  readonly price: number;
}

const materials = ['oak', 'linen', 'steel', 'copper', 'glass', 'wool', 'cork', 'clay', 'paper', 'leather'];
const things = ['lamp', 'chair', 'bowl', 'blanket', 'mirror', 'shelf', 'jug', 'rug', 'clock', 'basket'];

/** The same products every time; ids count from 0. */
export function catalogueOf(size: number): readonly Product[] {
  return Array.from({ length: size }, (_, id) => ({
    id,
    name: `${materials[id % materials.length]} ${things[Math.floor(id / materials.length) % things.length]} no. ${id}`,
    price: 5 + ((id * 7_919) % 9_500) / 100,
  }));
}

/** The cheapest products that have the word in their name. */
export function search(catalogue: readonly Product[], word: string, most: number): readonly Product[] {
  return catalogue
    .filter(({ name }) => name.includes(word))
    .toSorted((a, b) => a.price - b.price)
    .slice(0, most);
}
