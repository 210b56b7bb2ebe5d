import { database } from './connect.ts'

export interface Product {
  readonly id: number
  readonly name: string
  readonly cents: number
  readonly stock: number
}

/** Returns the products that can be ordered, cheapest first. */
export async function productsInStock(): Promise<readonly Product[]> {
  const { rows } = await database.query<Product>('select * from products where stock > 0 order by cents')
  return rows
}

/** Returns a product; undefined if there is none of that name. */
export async function findProduct(name: string): Promise<Product | undefined> {
  const { rows } = await database.query<Product>('select * from products where name = $1', [name])
  return rows[0]
}

/** Formats a price: `29.00 €`. */
export function price(cents: number): string {
  return `${(cents / 100).toFixed(2)} €`
}
