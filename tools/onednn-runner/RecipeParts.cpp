// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "RecipeParts.h"

#include <algorithm>

using namespace onednn;
using dnnl::algorithm;
using dnnl::memory;
using pr::ElementType;
using pr::Expected;
using pr::Layer;

pr::Error onednn::unsupported(const std::string &message) {
  return pr::makeError(pr::ErrorKind::Unsupported, message);
}

DataType onednn::dataType(ElementType type) {
  using Format = ElementType::Format;
  switch (type.format) {
  case Format::Float:
    return type.bits == 32 ? DataType::f32 : DataType::undef;
  case Format::BFloat16:
    return DataType::bf16;
  case Format::Integer:
    return type.bits == 8    ? DataType::s8
           : type.bits == 32 ? DataType::s32
                             : DataType::undef;
  case Format::Unsigned:
    return type.bits == 8 ? DataType::u8 : DataType::undef;
  default:
    return DataType::undef;
  }
}

memory::desc onednn::plain(const Dims &dims, DataType type) {
  Dims strides(dims.size(), 1);
  for (size_t i = dims.size() - 1; i > 0; --i)
    strides[i - 1] = strides[i] * dims[i];
  return {dims, type, strides};
}
memory::desc onednn::open(const Dims &dims, DataType type) {
  return {dims, type, memory::format_tag::any};
}

Expected<FusedOps> onednn::fuse(const pr::Epilogue &epilogue,
                                const Dims &channels, int channelMask) {
  FusedOps fused;
  dnnl::post_ops ops;
  auto perChannel = [&](algorithm operation) {
    memory::desc factors = plain(channels, DataType::f32);
    fused.tensors.emplace_back(
        DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops.len()) | DNNL_ARG_SRC_1, factors);
    ops.append_binary(operation, factors);
  };
  for (unsigned i = 0; i < epilogue.size(); ++i)
    switch (epilogue[i]) {
    case pr::EpilogueOp::Bias:
      if (i != 0)
        perChannel(algorithm::binary_add);
      fused.bias |= i == 0;
      break;
    case pr::EpilogueOp::Scale:
      perChannel(algorithm::binary_mul);
      perChannel(algorithm::binary_add);
      break;
    case pr::EpilogueOp::Relu:
      ops.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
      break;
    case pr::EpilogueOp::Clamp:
      ops.append_eltwise(1, algorithm::eltwise_clip, 0, 6);
      break;
    case pr::EpilogueOp::Activation:
      ops.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
      break;
    case pr::EpilogueOp::ResidualAdd:
      ops.append_sum();
      break;
    case pr::EpilogueOp::Requantize:
      fused.attributes.set_output_scales(
          channelMask,
          std::vector<float>(
              *std::max_element(channels.begin(), channels.end()), 1.0f / 64));
      break;
    case pr::EpilogueOp::Pool:
      return unsupported("oneDNN fuses no pooling behind a layer");
    }
  fused.attributes.set_post_ops(ops);
  fused.attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return fused;
}

Expected<void> onednn::expectNoEpilogue(const Layer &layer) {
  if (layer.epilogue.empty())
    return {};
  return unsupported("epilogues are fused behind convolutions and matrix "
                     "products only");
}

dnnl::primitive_attr onednn::userScratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}
