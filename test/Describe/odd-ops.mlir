// RUN: pr-opt %s -test-pr-print-layers=target=%S/Inputs/gemmini-like.json -o /dev/null | FileCheck %s
//
// Corners of what verifies: no op crashes the analysis, every op has a status.

#e = affine_map<() -> ()>
#i = affine_map<(i) -> (i)>
#n = affine_map<(i) -> ()>
#mod = affine_map<(i, j) -> (i mod 2, j)>
#neg = affine_map<(i, j) -> (i + j + 1)>
#sub = affine_map<(i, j) -> (i - j)>
#id2 = affine_map<(i, j) -> (i, j)>
#jj = affine_map<(i, j) -> (j)>
#ii = affine_map<(i, j) -> (i)>
// CHECK-LABEL: func.func @rank0:
// CHECK-NEXT: linalg.generic: layer elementwise e=1 full=2 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : f32, f32 -> f32{{$}}
// CHECK-NEXT: linalg.copy: layer data_movement e=1 r=1 run=1 op=copy : f32 -> f32{{$}}
func.func @rank0(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %0 = linalg.generic {indexing_maps = [#e, #e], iterator_types = []} ins(%a : tensor<f32>) outs(%b : tensor<f32>) {
  ^bb0(%x: f32, %o: f32):
    %1 = arith.addf %x, %o : f32
    linalg.yield %1 : f32
  } -> tensor<f32>
  %q = linalg.copy ins(%0 : tensor<f32>) outs(%b : tensor<f32>) -> tensor<f32>
  return %q : tensor<f32>
}
// CHECK-LABEL: func.func @constout:
// CHECK: linalg.generic: folded init-of-consumer -> linalg.generic{{$}}
// CHECK-NEXT: linalg.generic: folded constant-expression{{$}}
func.func @constout(%a: tensor<f32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  %c = arith.constant 1.0 : f32
  %0 = linalg.generic {indexing_maps = [#n, #i], iterator_types = ["parallel"]} ins(%a : tensor<f32>) outs(%b : tensor<4xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %c : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#i], iterator_types = ["parallel"]} outs(%0 : tensor<4xf32>) {
  ^bb0(%o: f32):
    linalg.yield %o : f32
  } -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
// CHECK-LABEL: func.func @modmap:
// CHECK-NEXT: linalg.generic: layer data_movement e=24 r=24 run=6 op=slice : f32 -> f32{{$}}
func.func @modmap(%a: tensor<2x6xf32>, %b: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %0 = linalg.generic {indexing_maps = [#mod, #id2], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<2x6xf32>) outs(%b : tensor<4x6xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  } -> tensor<4x6xf32>
  return %0 : tensor<4x6xf32>
}
// CHECK-LABEL: func.func @offset_window:
// CHECK-NEXT: linalg.generic: unsupported this window is neither a convolution nor a pooling: its body or its indexing maps are of another form{{$}}
func.func @offset_window(%x: tensor<10xf32>, %w: tensor<3xf32>, %o: tensor<7xf32>) -> tensor<7xf32> {
  %0 = linalg.generic {indexing_maps = [#neg, #jj, #ii], iterator_types = ["parallel", "reduction"]} ins(%x, %w : tensor<10xf32>, tensor<3xf32>) outs(%o : tensor<7xf32>) {
  ^bb0(%a: f32, %b: f32, %s: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %s, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<7xf32>
  return %0 : tensor<7xf32>
}
// CHECK-LABEL: func.func @only_out_reduction:
// CHECK: linalg.generic: folded constant-expression{{$}}
func.func @only_out_reduction(%s: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<3xf32>
  %0 = linalg.generic {indexing_maps = [#jj, #ii], iterator_types = ["parallel", "reduction"]} ins(%e : tensor<3xf32>) outs(%s : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    linalg.yield %a : f32
  } -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
// CHECK-LABEL: func.func @no_outs:
// CHECK-NEXT: linalg.generic: unsupported this op has no outs{{$}}
func.func @no_outs(%a: memref<4xf32>, %b: memref<4xf32>) {
  linalg.generic {indexing_maps = [#i], iterator_types = ["parallel"]} ins(%a : memref<4xf32>) {
  ^bb0(%x: f32):
    linalg.yield
  }
  return
}
// CHECK-LABEL: func.func @unranked:
// CHECK-NEXT: memref.copy: unsupported operand 0 has no rank{{$}}
// CHECK-NEXT: tensor.cast: folded view{{$}}
// CHECK-NEXT: tensor.cast: folded view{{$}}
// CHECK-NEXT: memref.extract_aligned_pointer_as_index: folded view{{$}}
func.func @unranked(%a: memref<*xf32>, %t: tensor<4xf32>, %m: memref<4xf32>) -> index {
  memref.copy %a, %a : memref<*xf32> to memref<*xf32>
  %c = tensor.cast %t : tensor<4xf32> to tensor<*xf32>
  %d = tensor.cast %c : tensor<*xf32> to tensor<?xf32>
  %p = memref.extract_aligned_pointer_as_index %m : memref<4xf32> -> index
  return %p : index
}
// CHECK-LABEL: func.func @views_behind:
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.cast: folded view{{$}}
// CHECK-NEXT: arith.addf: unsupported dimension 0 of operand 0 is dynamic{{$}}
func.func @views_behind(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %o: tensor<4x6xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %c = tensor.cast %0 : tensor<4x6xf32> to tensor<?x?xf32>
  %e = arith.addf %c, %c : tensor<?x?xf32>
  return %e : tensor<?x?xf32>
}
// CHECK-LABEL: func.func @view_unranked_behind:
// CHECK-NEXT: linalg.matmul: layer matmul b=1 m=4 n=6 k=8 layout=nn : f32, f32 -> f32{{$}}
// CHECK-NEXT: tensor.cast: folded view{{$}}
func.func @view_unranked_behind(%x: tensor<4x8xf32>, %w: tensor<8x6xf32>, %o: tensor<4x6xf32>) -> tensor<*xf32> {
  %0 = linalg.matmul ins(%x, %w : tensor<4x8xf32>, tensor<8x6xf32>) outs(%o : tensor<4x6xf32>) -> tensor<4x6xf32>
  %c = tensor.cast %0 : tensor<4x6xf32> to tensor<*xf32>
  return %c : tensor<*xf32>
}
// CHECK-LABEL: func.func @negative_pad:
// CHECK: tensor.pad: layer data_movement e=56 r=56 run=56 op=pad : f32 -> f32{{$}}
// CHECK-NEXT: linalg.conv_1d_ncw_fcw: layer conv1d n=1 g=1 oc=8 ic=4 ow=12 kw=3 sw=1 dw=1 pl=0 pr=0 layout=ncw : f32, f32 -> f32{{$}}
func.func @negative_pad(%x: tensor<1x4x16xf32>, %w: tensor<8x4x3xf32>, %c: tensor<1x8x12xf32>) -> tensor<1x8x12xf32> {
  %z = arith.constant 0.0 : f32
  %0 = tensor.pad %x low[0, 0, -1] high[0, 0, -1] {
  ^bb0(%i: index, %j: index, %k: index):
    tensor.yield %z : f32
  } : tensor<1x4x16xf32> to tensor<1x4x14xf32>
  %1 = linalg.conv_1d_ncw_fcw ins(%0, %w : tensor<1x4x14xf32>, tensor<8x4x3xf32>) outs(%c : tensor<1x8x12xf32>) -> tensor<1x8x12xf32>
  return %1 : tensor<1x8x12xf32>
}
// CHECK-LABEL: func.func @quant:
// CHECK-NEXT: tosa.abs: layer elementwise e=4 full=1 bcast=0 alu=1 mul=0 div=0 fn=0 cvt=0 : i8 -> i8{{$}}
func.func @quant(%x: tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4x!quant.uniform<i8:f32, 0.5>> {
  %0 = "tosa.abs"(%x) : (tensor<4x!quant.uniform<i8:f32, 0.5>>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  return %0 : tensor<4x!quant.uniform<i8:f32, 0.5>>
}
// CHECK-LABEL: func.func @vec:
// CHECK-NEXT: linalg.generic: unsupported element type 'vector<8xf32>' of an operand is not supported{{$}}
func.func @vec(%x: tensor<4xvector<8xf32>>) -> tensor<4xvector<8xf32>> {
  %0 = linalg.generic {indexing_maps = [#i, #i], iterator_types = ["parallel"]} ins(%x : tensor<4xvector<8xf32>>) outs(%x : tensor<4xvector<8xf32>>) {
  ^bb0(%a: vector<8xf32>, %o: vector<8xf32>):
    %1 = arith.addf %a, %o : vector<8xf32>
    linalg.yield %1 : vector<8xf32>
  } -> tensor<4xvector<8xf32>>
  return %0 : tensor<4xvector<8xf32>>
}
// CHECK-LABEL: func.func @forall:
// CHECK-NEXT: scf.forall: folded control-flow{{$}}
// CHECK-NEXT: tensor.extract_slice: folded view{{$}}
// CHECK-NEXT: linalg.exp: layer elementwise e=8 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: scf.forall.in_parallel: folded terminator{{$}}
// CHECK-NEXT: tensor.parallel_insert_slice: layer data_movement e=8 r=8 run=8 op=insert_slice : f32 -> f32{{$}}
func.func @forall(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = scf.forall (%i) in (4) shared_outs(%o = %x) -> tensor<4x8xf32> {
    %s = tensor.extract_slice %x[%i, 0] [1, 8] [1, 1] : tensor<4x8xf32> to tensor<1x8xf32>
    %e = linalg.exp ins(%s : tensor<1x8xf32>) outs(%s : tensor<1x8xf32>) -> tensor<1x8xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %e into %o[%i, 0] [1, 8] [1, 1] : tensor<1x8xf32> into tensor<4x8xf32>
    }
  }
  return %0 : tensor<4x8xf32>
}
// CHECK-LABEL: func.func @affine:
// CHECK-NEXT: affine.for: folded control-flow{{$}}
// CHECK-NEXT: affine.load: folded scalar{{$}}
// CHECK-NEXT: arith.addf: folded scalar{{$}}
// CHECK-NEXT: affine.store: folded scalar{{$}}
// CHECK-NEXT: affine.yield: folded terminator{{$}}
func.func @affine(%m: memref<4xf32>) {
  affine.for %i = 0 to 4 {
    %0 = affine.load %m[%i] : memref<4xf32>
    %1 = arith.addf %0, %0 : f32
    affine.store %1, %m[%i] : memref<4xf32>
  }
  return
}
// CHECK-LABEL: func.func @cfg:
// CHECK-NEXT: cf.cond_br: folded terminator{{$}}
// CHECK-NEXT: math.exp: layer elementwise e=4 full=1 bcast=0 alu=0 mul=0 div=0 fn=1 cvt=0 : f32 -> f32{{$}}
// CHECK-NEXT: cf.br: folded terminator{{$}}
func.func @cfg(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  cf.cond_br %c, ^a(%x : tensor<4xf32>), ^b(%x : tensor<4xf32>)
^a(%p: tensor<4xf32>):
  %0 = math.exp %p : tensor<4xf32>
  cf.br ^b(%0 : tensor<4xf32>)
^b(%q: tensor<4xf32>):
  return %q : tensor<4xf32>
}
