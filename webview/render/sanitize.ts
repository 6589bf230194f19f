/**
 * The second wall against hostile text. The first is the dialect itself, which lets no tag of the model through
 * that has an attribute; this one would hold if a fault were found in the first.
 */
import createDOMPurify from 'dompurify';

const purify = createDOMPurify(window);

const allowedTags = [
  ...['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'div', 'span', 'a'],
  ...['em', 'strong', 'del', 'b', 'i', 'u', 's', 'sub', 'sup', 'kbd', 'code'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

/** Classes, slots and link addresses are the only attributes that our own HTML has, and the number a list starts at. */
const allowedAttributes = ['class', 'data-slot', 'data-href', 'data-place', 'title', 'start'];

/** The HTML as nodes, with nothing in them that could run, load or navigate. */
export function sanitized(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    // No address, though `poly.py:12` looks like one with a scheme.
    ADD_URI_SAFE_ATTR: ['data-place'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
