import { styleText } from 'node:util';

type Style = (text: string) => string;

/** Colours by what they mean. */
export interface Palette {
  readonly dim: Style;
  readonly strong: Style;
  readonly good: Style;
  readonly warning: Style;
  readonly bad: Style;
}

export const plain: Palette = { dim: String, strong: String, good: String, warning: String, bad: String };

const styled =
  (format: Parameters<typeof styleText>[0]): Style =>
  (text) =>
    styleText(format, text, { validateStream: false });

export const colourful: Palette = {
  dim: styled('dim'),
  strong: styled('bold'),
  good: styled('green'),
  warning: styled('yellow'),
  bad: styled(['red', 'bold']),
};

/** Whether colours are wanted where this stream leads. */
export const wantsColour = (
  { isTTY }: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean => (env['FORCE_COLOR'] ?? '') !== '' || (isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
