/**
 * Changes one tree of nodes into another by as few changes as a single pass finds, so that what is already on the
 * page (typeset formulas, scroll positions, the reader's selection) stays while text grows at its end.
 */

export interface MorphRule {
  /** Decides about a pair before the general rule: true when `old` now stands for `fresh`, false to put `fresh` in its place. */
  matches(old: Node, fresh: Node): boolean | undefined;
  /** Called for each node that is really put on the page. @returns the node to put there instead */
  prepare(fresh: ChildNode): ChildNode;
}

export function morphChildren(parent: Element, fresh: ParentNode, rule?: MorphRule): void {
  morphRange(parent, [...parent.childNodes], [...fresh.childNodes], null, rule);
}

/**
 * Replaces neighbouring children of `parent` by others.
 * @param end the child after the range, or null at the end
 * @returns the nodes that are now there, in order
 */
export function morphRange(
  parent: Node,
  old: readonly ChildNode[],
  fresh: readonly ChildNode[],
  end: ChildNode | null,
  rule?: MorphRule,
): ChildNode[] {
  const result: ChildNode[] = [];
  fresh.forEach((node, index) => {
    const current = old[index];
    if (current && morphNode(current, node, rule)) {
      result.push(current);
      return;
    }
    const placed = rule?.prepare(node) ?? node;
    if (current) current.replaceWith(placed);
    else parent.insertBefore(placed, end);
    result.push(placed);
  });
  for (const node of old.slice(fresh.length)) node.remove();
  return result;
}

function morphNode(old: ChildNode, fresh: ChildNode, rule?: MorphRule): boolean {
  const decided = rule?.matches(old, fresh);
  if (decided !== undefined) return decided;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return false;
  if (old instanceof Element && fresh instanceof Element) {
    morphAttributes(old, fresh);
    morphChildren(old, fresh, rule);
  } else if (old.nodeValue !== fresh.nodeValue) {
    old.nodeValue = fresh.nodeValue;
  }
  return true;
}

function morphAttributes(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}
