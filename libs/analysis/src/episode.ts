/** Keeps one event from being told twice, and a restless series from being told all the time. */
export type EpisodeState = {
  /** The strength of the latest episode, fading over about 700 samples. */
  readonly held: number;
  /** Episodes of late, each at most 1, fading over about 4000 samples. */
  readonly spent: number;
};

export const noEpisode: EpisodeState = { held: 0, spent: 0 };

/** The strength (root mean square surprise of all witnesses) at which an episode is an anomaly. */
const anomalous = 1.72;
const heldFade = 0.9985;
const spentFade = 1 - 1 / 4000;
/** Each episode of late makes the next one a tenth less surprising. */
const weariness = 0.1;
/** How many times an anomaly an episode must be to cost all of 1. */
const fullCost = 1.3;

/** The strength less what the series has spent on earlier episodes, in units of what makes an anomaly. */
const freshness = (episode: EpisodeState, strength: number): number =>
  strength / anomalous / (1 + weariness * episode.spent);

/** 0 when nothing new began; else 0.5 for a strength that just makes an anomaly, towards 1 for greater ones. */
export const episodeScore = (episode: EpisodeState, strength: number): number => {
  const fresh = freshness(episode, strength);
  return fresh > episode.held ? 1 - 0.5 ** fresh : 0;
};

export const observeEpisode = (episode: EpisodeState, strength: number): EpisodeState => {
  const fresh = freshness(episode, strength);
  const cost = fresh > episode.held ? Math.min(1, (fresh / fullCost) ** 4) : 0;
  return { held: Math.max(episode.held * heldFade, fresh), spent: episode.spent * spentFade + cost };
};
