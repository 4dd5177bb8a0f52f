import { median, type Rates, type Second, secondsShown } from './rates.js';

const svgNamespace = 'http://www.w3.org/2000/svg';
const barWidth = 4;
const height = 48;
const width = secondsShown * barWidth;

function bar(index: number, from: number, to: number, kind: string): SVGElement {
  const rect = document.createElementNS(svgNamespace, 'rect');
  rect.setAttribute('x', String(index * barWidth));
  rect.setAttribute('y', String(height - to));
  rect.setAttribute('width', String(barWidth - 1));
  rect.setAttribute('height', String(to - from));
  rect.setAttribute('class', kind);
  return rect;
}

function draw(svg: Element, bars: readonly SVGElement[], label: string): void {
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-label', label);
  svg.replaceChildren(...bars);
}

const scaled = (value: number, most: number): number => (value / most) * (height - 2);

function drawRate(svg: Element, seconds: readonly Second[], label: string): void {
  const most = Math.max(4, ...seconds.map(({ live, late }) => live + late));
  const bars = seconds.flatMap(({ live, late }, index) => [
    ...(live > 0 ? [bar(index, 0, scaled(live, most), 'bar-live')] : []),
    ...(late > 0 ? [bar(index, scaled(live, most), scaled(live + late, most), 'bar-late')] : []),
  ]);
  draw(svg, bars, label);
}

function drawDelay(svg: Element, seconds: readonly Second[], label: string): void {
  const most = Math.max(20, ...seconds.flatMap(({ delays }) => delays));
  const bars = seconds.flatMap(({ delays }, index) => {
    if (delays.length === 0) return [];
    const [middle, longest] = [scaled(median(delays)!, most), scaled(Math.max(...delays), most)];
    return [bar(index, 0, Math.max(longest, 2), 'bar-worst'), bar(index, 0, Math.max(middle, 2), 'bar-delay')];
  });
  draw(svg, bars, label);
}

const milliseconds = (value: number): string =>
  value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;

/** How many of the last seconds the figure beside the chart is of. */
const figureSeconds = 10;

/** Draws both charts and writes the figures beside them. */
export function drawCharts(rates: Rates, nowMs: number, find: (id: string) => Element): void {
  const seconds = rates.last(nowMs);
  const recent = seconds.slice(-figureSeconds - 1, -1);
  const perSecond = recent.reduce((sum, { live, late }) => sum + live + late, 0) / figureSeconds;
  const rate = perSecond.toFixed(1);
  const delays = seconds.flatMap((second) => second.delays);
  const middle = median(delays);
  const delay = middle === undefined ? '–' : milliseconds(middle);
  find('rate').textContent = rate;
  find('delay').textContent = delay;
  find('delay-most').textContent = delays.length === 0 ? '' : `longest ${milliseconds(Math.max(...delays))}`;
  drawRate(find('rate-chart'), seconds, `Events in each of the last ${secondsShown} seconds, now ${rate} a second`);
  drawDelay(find('delay-chart'), seconds, `Delay in each of the last ${secondsShown} seconds, median ${delay}`);
}
