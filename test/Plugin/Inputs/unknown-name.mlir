func.func @add(%a: i32) -> i32 {
  %0 = arith.addi %a, %a {pr.latncy = 1} : i32
  return %0 : i32
}
