export { canonicalAddress, readAddress } from './address.ts';
export { allowListOf, type AllowList } from './allow-list.ts';
export { blockListOf, type Applied } from './block-list.ts';
export { followBlocks } from './following.ts';
export { clientAddressOf, httpFilter } from './http-filter.ts';
export { nftablesBlock, nftablesLift, nftablesSetup } from './nftables.ts';
