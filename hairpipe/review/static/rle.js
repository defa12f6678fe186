// COCO's compressed run-length encoding: runs column by column, from the fourth on as the difference to the
// run two before, in groups of five bits.

export function decodeMask({ width, height }, counts) {
  const mask = new Uint8Array(width * height);
  const runs = [];
  let place = 0;
  for (let at = 0; at < counts.length; ) {
    let run = 0;
    let shift = 0;
    let bits;
    do {
      bits = counts.charCodeAt(at++) - 48;
      run |= (bits & 31) << shift;
      shift += 5;
    } while (bits & 32);
    if (bits & 16) run |= -1 << shift;
    if (runs.length > 2) run += runs[runs.length - 2];
    if (runs.length % 2) {
      for (let pixel = place; pixel < place + run; pixel++) {
        mask[(pixel % height) * width + Math.floor(pixel / height)] = 1;
      }
    }
    runs.push(run);
    place += run;
  }
  return mask;
}

export function encodeMask({ width, height }, mask) {
  const runs = [];
  let value = 0;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (mask[y * width + x] !== value) {
        runs.push(run);
        run = 0;
        value = 1 - value;
      }
      run++;
    }
  }
  runs.push(run);
  let text = "";
  runs.forEach((length, index) => {
    let rest = index > 2 ? length - runs[index - 2] : length;
    let more;
    do {
      let bits = rest & 31;
      rest >>= 5;
      more = bits & 16 ? rest !== -1 : rest !== 0;
      if (more) bits |= 32;
      text += String.fromCharCode(bits + 48);
    } while (more);
  });
  return text;
}
