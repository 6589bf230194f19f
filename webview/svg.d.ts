/** esbuild loads SVG files as text. */
declare module '*.svg' {
  const text: string;
  export default text;
}
