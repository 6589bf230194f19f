/**
 * Every run of the property tests tries the same cases, so that one that fails on another machine fails here too; fast-check
 * prints the seed and the smallest case that fails. LEMMA_SEED, which the workflow sets anew each time, tries other ones.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.LEMMA_SEED ?? 414) });
