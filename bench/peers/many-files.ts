/** Writes 100,000 files of 20 kB, 2 GB, to the current folder. */
export const manyFiles = 'yes | head -c 2000000000 | split -b 20000 -a 5 -d - f'
