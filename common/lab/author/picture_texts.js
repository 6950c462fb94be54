// Finds, in each of `pictures` ({name: SVG}), the texts that do not stay in their places, and leaves the answer in the page.
const NEAR = 0.5;  // [pixels] that do not count
const CAPITAL = 0.75, BELOW = 0.22;  // of a font's size: how far letters reach from their line
const ZOOMS = [1, 3];  // a small letter's width may be rounded to whole pixels, a large one's is as the font says

function reach(element, left, top, right, bottom) {
  const matrix = element.getScreenCTM();
  const corners = [[left, top], [right, top], [left, bottom], [right, bottom]]
    .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
  const xs = corners.map(corner => corner.x), ys = corners.map(corner => corner.y);
  return {left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys)};
}

function ofText(text) {
  const box = text.getBBox(), size = parseFloat(getComputedStyle(text).fontSize);
  const line = text.y.baseVal.length ? text.y.baseVal[0].value : 0;
  return {...reach(text, box.x, line - CAPITAL * size, box.x + box.width, line + BELOW * size), words: text.textContent.trim()};
}

function ofShape(shape) {
  const box = shape.getBBox();
  return reach(shape, box.x, box.y, box.x + box.width, box.y + box.height);
}

function isClosed(path) {
  const end = path.getPointAtLength(path.getTotalLength()), start = path.getPointAtLength(0);
  return Math.hypot(end.x - start.x, end.y - start.y) < NEAR;
}

// Whether both stand on a common place.
function meet(a, b) {
  return Math.min(a.right, b.right) - Math.max(a.left, b.left) > NEAR &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > NEAR;
}

function holds(outer, inner) {
  return inner.left >= outer.left - NEAR && inner.right <= outer.right + NEAR &&
    inner.top >= outer.top - NEAR && inner.bottom <= outer.bottom + NEAR;
}

// Those of one zoom: [text's number, what is wrong with it].
function troubles(svg) {
  const picture = svg.getBoundingClientRect(), found = [];
  const texts = [...svg.querySelectorAll("text")].map(ofText).filter(text => text.words);
  const rounded = [...svg.querySelectorAll("path")].filter(isClosed);
  const boxes = [...svg.querySelectorAll("polygon, rect, ellipse"), ...rounded].map(ofShape);
  texts.forEach((text, i) => {
    const other = texts.slice(0, i).find(before => meet(text, before));
    const crossed = boxes.some(box => meet(text, box) && !holds(box, text));
    if (!holds(picture, text)) found.push([i, `"${text.words}" leaves the picture`]);
    else if (crossed) found.push([i, `"${text.words}" stands across the side of a box`]);
    else if (other) found.push([i, `"${text.words}" runs into "${other.words}"`]);
  });
  return found;
}

function lookAt(source) {
  const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true);  // of HTML, where the source is not well formed
  if (!(svg instanceof SVGSVGElement)) return {texts: 0, troubles: ["it is not an SVG"]};
  document.body.replaceChildren(svg);
  const width = svg.width.baseVal.value, height = svg.height.baseVal.value, found = new Map();
  for (const zoom of ZOOMS) {
    svg.style.width = `${zoom * width}px`;
    svg.style.height = `${zoom * height}px`;
    for (const [text, trouble] of troubles(svg)) found.set(text, trouble);
  }
  const words = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim());
  return {texts: words.length, troubles: [...found.values()]};
}

function widthOf(letter) {
  document.body.innerHTML = `<span style="font: 100px Helvetica, Arial, sans-serif">${letter}</span>`;
  return document.body.firstElementChild.getBoundingClientRect().width;
}

const found = Object.entries(pictures).map(([name, source]) => [name, lookAt(source)]);
const answer = {m: widthOf("m"), pictures: Object.fromEntries(found)};
document.body.innerHTML = '<pre id="answer"></pre>';
document.body.firstElementChild.textContent = JSON.stringify(answer);
