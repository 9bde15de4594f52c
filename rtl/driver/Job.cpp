// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Job.h"

#include <algorithm>
#include <cstring>

using namespace systolic;

static int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
static int64_t roundUp(int64_t a, int64_t b) { return ceilDiv(a, b) * b; }

Job::Job(const Hardware &hardware, const Problem &problem)
    : hw(hardware), p(problem) {
  int64_t tilesK = ceilDiv(p.channels, hw.tileK());
  int64_t tilesN = ceilDiv(p.outChannels, hw.tileN());
  tileK = roundUp(hw.tileK(), hw.width);
  tileN = roundUp(hw.tileN(), hw.width);
  tileC = roundUp(4 * hw.tileN(), hw.width);

  // Groups of a convolution lie side by side in a pixel.
  int64_t inPixel = p.separateGroups ? 1 : p.groups;
  pixel = inPixel * tilesK * tileK;
  pictureRow = p.inW * pixel;
  picture = p.inH * pictureRow;
  groupA = p.separateGroups ? p.images * picture : tilesK * tileK;
  rowB = tilesN * tileN;
  groupB = p.kernelSize() * p.channels * rowB;
  rowC = inPixel * tilesN * tileC;
  groupC = p.separateGroups ? p.extentM() * rowC : tilesN * tileC;

  int64_t groups = p.separateGroups ? p.groups : 1;
  bBase = groups * p.images * picture;
  cBase = bBase + p.groups * groupB;
  cBytes = groups * p.extentM() * rowC;
}

int64_t Job::pixelAddress(int64_t group, int64_t image, int64_t y,
                          int64_t x) const {
  return group * groupA + image * picture + y * pictureRow + x * pixel;
}

std::vector<uint32_t> Job::registers() const {
  int64_t lastTile = (p.channels - 1) % hw.tileK() + 1;
  // Steps between output pixels, and back from the end of a row or picture.
  int64_t pixelStep = p.strideW * pixel;
  int64_t rowStep = p.strideH * pictureRow - (p.outW - 1) * pixelStep;
  int64_t imageStep = picture - (p.outH - 1) * p.strideH * pictureRow -
                      (p.outW - 1) * pixelStep;

  const int64_t values[] = {
      // tile_job_t
      p.groups, p.extentM(), p.outChannels, p.channels, p.kernelH, p.kernelW,
      p.dilationH, p.dilationW, p.dilationH * pictureRow, p.dilationW * pixel,
      tileK, groupA, bBase, hw.tileK() * rowB, lastTile * rowB, tileN, groupB,
      cBase, hw.tileM() * rowC, tileC, groupC,
      // pixel_job_t
      p.outH, p.outW, p.inH, p.inW, p.strideH, p.strideW, p.padTop, p.padLeft,
      0, pixelAddress(0, 0, -p.padTop, -p.padLeft), pixelStep, rowStep,
      imageStep,
      // row pitches
      rowB, rowC};
  std::vector<uint32_t> words;
  for (int64_t value : values)
    words.push_back(uint32_t(value));
  return words;
}

/// Copies `count` bytes in tiles of `tile`, each at a multiple of `pitch`.
static void copyTiled(const int8_t *from, uint8_t *to, int64_t count,
                      int64_t tile, int64_t pitch) {
  for (int64_t i = 0; i < count; i += tile, to += pitch)
    std::memcpy(to, from + i, std::min(tile, count - i));
}

void Job::placeOperands(const Tensors &tensors,
                        std::vector<uint8_t> &memory) const {
  const int8_t *a = tensors.a.data();
  for (int64_t g = 0; g < p.groups; ++g)
    for (int64_t image = 0; image < p.images; ++image)
      for (int64_t y = 0; y < p.inH; ++y)
        for (int64_t x = 0; x < p.inW; ++x, a += p.channels)
          copyTiled(a, &memory[pixelAddress(g, image, y, x)], p.channels,
                    hw.tileK(), tileK);

  const int8_t *b = tensors.b.data();
  int64_t rows = p.groups * p.kernelSize() * p.channels;
  for (int64_t row = 0; row < rows; ++row, b += p.outChannels)
    copyTiled(b, &memory[bBase + row * rowB], p.outChannels, hw.tileN(), tileN);
}

std::vector<int32_t> Job::takeResult(const std::vector<uint8_t> &memory) const {
  std::vector<int32_t> result;
  result.reserve(p.groups * p.extentM() * p.outChannels);
  for (int64_t g = 0; g < p.groups; ++g)
    for (int64_t m = 0; m < p.extentM(); ++m)
      for (int64_t n = 0; n < p.outChannels; ++n) {
        int64_t address = cBase + g * groupC + m * rowC +
                          n / hw.tileN() * tileC + n % hw.tileN() * 4;
        int32_t value;
        std::memcpy(&value, &memory[address], sizeof(value));
        result.push_back(value);
      }
  return result;
}
