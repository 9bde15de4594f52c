module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.consumed}) {
    %functions = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
    %annotated = transform.apply_registered_pass "pr-annotate-latency" with options = {"model" = "MODEL"} to %functions : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
