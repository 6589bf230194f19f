/**
 * The turns of a conversation form a tree as soon as a question has been asked in several wordings or answered
 * several times. One way from the beginning to an end is shown (`Conversation.turns`); the rest waits in `TurnTree`.
 *
 * Of the turns that follow the same turn, the one shown last is shown again. A deleted turn keeps its place, so that
 * it can be put back there; until then what follows it follows the turn before it. A conversation of which every turn
 * is shown and none was deleted has no tree, so that the usual, straight conversation costs nothing.
 */
import type { Conversation, Turn, TurnBranch } from './conversation.ts';

/** Where a turn, shown or not, stands in the tree. */
export interface TurnPlace {
  readonly id: string;
  /** The turn that it follows; absent at the beginning. */
  readonly after?: string | undefined;
  /** Value of `TurnTree.changes` when it was last shown. */
  readonly shown: number;
}

export interface DeletedTurn {
  readonly turn: Turn;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface TurnTree {
  /** Of every turn, the deleted ones too, in the order of asking, so that a turn stands behind the one that it follows. */
  readonly places: readonly TurnPlace[];
  readonly hidden: readonly Turn[];
  /** In the order of deleting. */
  readonly deleted: readonly DeletedTurn[];
  /** How often another branch came to be shown. */
  readonly changes: number;
}

/** Adds a turn behind the last one shown or, as a branch that is shown at once, beside `replaces`. */
export function addTurn(conversation: Conversation, turn: Turn, replaces?: string): Conversation {
  const { turns, tree } = conversation;
  const { id } = turn.question;
  const whole = tree ?? treeOf(turns);
  const replaced = replaces === undefined ? undefined : whole.places.find((place) => place.id === replaces);
  if (replaced) {
    const places = [...whole.places, { id, after: replaced.after, shown: whole.changes + 1 }];
    return arrange(conversation, { ...whole, places: showWithAncestors(places, id, whole.changes + 1) }, [turn]);
  }
  if (!tree) return { ...conversation, turns: [...turns, turn] };
  const places = [...tree.places, { id, after: turns.at(-1)?.question.id, shown: tree.changes }];
  return { ...conversation, turns: [...turns, turn], tree: { ...tree, places } };
}

/** Shows the branch that a turn begins, and below it what was shown there last. The same object if it is shown already. */
export function selectBranch(conversation: Conversation, turnId: string): Conversation {
  const { tree } = conversation;
  if (!tree?.hidden.some((turn) => turn.question.id === turnId)) return conversation;
  return arrange(conversation, { ...tree, places: showWithAncestors(tree.places, turnId, tree.changes + 1) });
}

/**
 * Takes one turn out; what followed it follows the turn before it, and so does every branch that began behind it.
 * Where the turn was the end of the shown branch and had others beside it, the one of them shown last is shown.
 */
export function deleteTurn(conversation: Conversation, turnId: string, at: number): Conversation {
  const tree = conversation.tree ?? treeOf(conversation.turns);
  const isOther = (turn: Turn): boolean => turn.question.id !== turnId;
  const turn = [...conversation.turns, ...tree.hidden].find((each) => !isOther(each));
  if (!turn) return conversation;
  const rest = { ...conversation, turns: conversation.turns.filter(isOther) };
  const { branch: _branch, ...alone } = turn;
  return arrange(rest, { ...tree, hidden: tree.hidden.filter(isOther), deleted: [...tree.deleted, { turn: alone, at }] });
}

/** Puts a deleted turn back to its place and shows it. The same object if it was not deleted. */
export function restoreTurn(conversation: Conversation, turnId: string): Conversation {
  const { tree } = conversation;
  const found = tree?.deleted.find(({ turn }) => turn.question.id === turnId);
  if (!tree || !found) return conversation;
  const places = showWithAncestors(tree.places, turnId, tree.changes + 1);
  return arrange(conversation, { ...tree, places, deleted: tree.deleted.filter((each) => each !== found) }, [found.turn]);
}

/** The turns deleted since the last question was asked, in that order: those that are offered to be put back. */
export function justDeleted(conversation: Conversation | undefined): readonly string[] {
  const { turns = [], tree } = conversation ?? {};
  const lastAskedAt = [...turns, ...(tree?.hidden ?? [])].reduce((last, turn) => Math.max(last, turn.askedAt), 0);
  return (tree?.deleted ?? []).filter(({ at }) => at >= lastAskedAt).map(({ turn }) => turn.question.id);
}

/** The turns before `turnId` on its own branch, which need not be the one that is shown, oldest first; of an unknown turn all that are shown. */
export function turnsBefore(conversation: Conversation, turnId: string): readonly Turn[] {
  const { turns, tree } = conversation;
  const index = turns.findLastIndex((turn) => turn.question.id === turnId);
  if (index >= 0) return turns.slice(0, index);
  const placeById = new Map((tree?.places ?? []).map((place) => [place.id, place]));
  if (!tree || !placeById.has(turnId)) return turns;
  const turnById = new Map([...turns, ...tree.hidden].map((turn) => [turn.question.id, turn]));
  const before: Turn[] = [];
  for (let id = placeById.get(turnId)?.after; id !== undefined; id = placeById.get(id)?.after) {
    const turn = turnById.get(id);
    if (turn) before.push(turn);
  }
  return before.reverse();
}

/** The tree of a conversation that has no branches. */
function treeOf(turns: readonly Turn[]): TurnTree {
  const places = turns.map((turn, index) => ({ id: turn.question.id, after: turns[index - 1]?.question.id, shown: 0 }));
  return { places, hidden: [], deleted: [], changes: 0 };
}

function showWithAncestors(places: readonly TurnPlace[], turnId: string, shown: number): TurnPlace[] {
  const wanted = new Set<string>();
  // Backwards, since a turn stands behind the one that it follows.
  for (const place of places.toReversed()) {
    if (place.id !== turnId && !wanted.has(place.id)) continue;
    wanted.add(place.id);
    if (place.after !== undefined) wanted.add(place.after);
  }
  return places.map((place) => (wanted.has(place.id) ? { ...place, shown } : place));
}

/** Divides all turns into those shown and those hidden, and tells those shown of their branches. */
function arrange(conversation: Conversation, tree: TurnTree, added: readonly Turn[] = []): Conversation {
  const changes = tree.changes + 1;
  const followers = followersOf(tree);

  const branches = new Map<string, TurnBranch | undefined>();
  for (let beside = followers.get(undefined); beside;) {
    const shown = beside.reduce((best, place) => (place.shown >= best.shown ? place : best));
    const ids = beside.map((place) => place.id);
    branches.set(shown.id, ids.length > 1 ? { ids, index: ids.indexOf(shown.id) } : undefined);
    beside = followers.get(shown.id);
  }

  const all = new Map([...conversation.turns, ...tree.hidden, ...added].map((turn) => [turn.question.id, turn]));
  const turns: Turn[] = [];
  for (const [id, branch] of branches) {
    const turn = all.get(id);
    if (turn) turns.push(withBranch(turn, branch));
  }
  const { tree: _tree, ...rest } = conversation;
  if (turns.length === all.size && tree.deleted.length === 0) return { ...rest, turns };
  const hidden = [...all.values()].filter((turn) => !branches.has(turn.question.id)).map((turn) => withBranch(turn, undefined));
  const places = tree.places.map((place) => (branches.has(place.id) ? { ...place, shown: changes } : place));
  return { ...rest, turns, tree: { places, hidden, deleted: tree.deleted, changes } };
}

/** By turn: those that follow it, where a deleted turn is passed over. */
function followersOf({ places, deleted }: TurnTree): Map<string | undefined, TurnPlace[]> {
  const gone = new Set(deleted.map(({ turn }) => turn.question.id));
  /** By deleted turn: the turn before it that was not. A turn stands behind the one that it follows, so one pass does. */
  const before = new Map<string, string | undefined>();
  const followers = new Map<string | undefined, TurnPlace[]>();
  for (const place of places) {
    const after = place.after !== undefined && gone.has(place.after) ? before.get(place.after) : place.after;
    if (gone.has(place.id)) before.set(place.id, after);
    else followers.set(after, [...(followers.get(after) ?? []), place]);
  }
  return followers;
}

/** The same object where nothing changes, so that nothing is drawn again. */
function withBranch(turn: Turn, branch: TurnBranch | undefined): Turn {
  if (turn.branch?.index === branch?.index && turn.branch?.ids.join() === branch?.ids.join()) return turn;
  const { branch: _branch, ...rest } = turn;
  return branch ? { ...rest, branch } : rest;
}
