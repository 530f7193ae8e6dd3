;; What NumPy's `matmul` of {float} calls, in place of a loop that takes one product after another.
;;
;; A tile of the result, four rows of two vectors, stays in registers while k is run through, so
;; every number that is loaded is used several times. Each entry is summed in the order in which
;; NumPy's own loop sums it, in the same precision: the results are equal to the last bit.
;;
;; tools/lite.py fills in what stands in braces, for float32 and for float64, and puts a module
;; around it. Steps are in bytes, as NumPy gives them. The memory at $base holds a row of a tile
;; that is not stored in one piece, 32 bytes, and behind it a packed strip of B, {ROWS} rows.

;; Store two vectors as the first `columns` entries of a row.
(func $store_{T} (param $v0 v128) (param $v1 v128) (param $o i32) (param $op i32)
      (param $columns i32) (local $from i32)
  (if (i32.and (i32.eq (local.get $columns) (i32.const {COLUMNS}))
               (i32.eq (local.get $op) (i32.const {SIZE})))
    (then (v128.store (local.get $o) (local.get $v0))
          (v128.store offset=16 (local.get $o) (local.get $v1))
          (return)))
  (local.set $from (global.get $base))
  (v128.store (local.get $from) (local.get $v0))
  (v128.store offset=16 (local.get $from) (local.get $v1))
  (loop $next
    ({T}.store (local.get $o) ({T}.load (local.get $from)))
    (local.set $from (i32.add (local.get $from) (i32.const {SIZE})))
    (local.set $o (i32.add (local.get $o) (local.get $op)))
    (br_if $next (local.tee $columns (i32.sub (local.get $columns) (i32.const 1))))))

;; One row of a tile: {COLUMNS} columns of B, whose rows are `bn` apart.
(func $row_{T} (param $a i32) (param $an i32) (param $b i32) (param $bn i32)
      (param $o i32) (param $op i32) (param $k i32) (param $columns i32)
      (local $v0 v128) (local $v1 v128) (local $s v128)
  (block $done (loop $next
    (br_if $done (i32.eqz (local.get $k)))
    (local.set $s (v128.load{BITS}_splat (local.get $a)))
    (local.set $v0 ({V}.add (local.get $v0)
                            ({V}.mul (local.get $s) (v128.load (local.get $b)))))
    (local.set $v1 ({V}.add (local.get $v1)
                            ({V}.mul (local.get $s) (v128.load offset=16 (local.get $b)))))
    (local.set $a (i32.add (local.get $a) (local.get $an)))
    (local.set $b (i32.add (local.get $b) (local.get $bn)))
    (local.set $k (i32.sub (local.get $k) (i32.const 1)))
    (br $next)))
  (call $store_{T} (local.get $v0) (local.get $v1) (local.get $o) (local.get $op)
                   (local.get $columns)))

;; Four rows of a tile.
(func $rows_{T} (param $a i32) (param $am i32) (param $an i32) (param $b i32) (param $bn i32)
      (param $o i32) (param $om i32) (param $op i32) (param $k i32) (param $columns i32)
      (local $a1 i32) (local $a2 i32) (local $a3 i32)
      (local $v00 v128) (local $v01 v128) (local $v10 v128) (local $v11 v128)
      (local $v20 v128) (local $v21 v128) (local $v30 v128) (local $v31 v128)
      (local $b0 v128) (local $b1 v128) (local $s v128)
  (local.set $a1 (i32.add (local.get $a) (local.get $am)))
  (local.set $a2 (i32.add (local.get $a1) (local.get $am)))
  (local.set $a3 (i32.add (local.get $a2) (local.get $am)))
  (block $done (loop $next
    (br_if $done (i32.eqz (local.get $k)))
    (local.set $b0 (v128.load (local.get $b)))
    (local.set $b1 (v128.load offset=16 (local.get $b)))
    (local.set $s (v128.load{BITS}_splat (local.get $a)))
    (local.set $v00 ({V}.add (local.get $v00) ({V}.mul (local.get $s) (local.get $b0))))
    (local.set $v01 ({V}.add (local.get $v01) ({V}.mul (local.get $s) (local.get $b1))))
    (local.set $s (v128.load{BITS}_splat (local.get $a1)))
    (local.set $v10 ({V}.add (local.get $v10) ({V}.mul (local.get $s) (local.get $b0))))
    (local.set $v11 ({V}.add (local.get $v11) ({V}.mul (local.get $s) (local.get $b1))))
    (local.set $s (v128.load{BITS}_splat (local.get $a2)))
    (local.set $v20 ({V}.add (local.get $v20) ({V}.mul (local.get $s) (local.get $b0))))
    (local.set $v21 ({V}.add (local.get $v21) ({V}.mul (local.get $s) (local.get $b1))))
    (local.set $s (v128.load{BITS}_splat (local.get $a3)))
    (local.set $v30 ({V}.add (local.get $v30) ({V}.mul (local.get $s) (local.get $b0))))
    (local.set $v31 ({V}.add (local.get $v31) ({V}.mul (local.get $s) (local.get $b1))))
    (local.set $a (i32.add (local.get $a) (local.get $an)))
    (local.set $a1 (i32.add (local.get $a1) (local.get $an)))
    (local.set $a2 (i32.add (local.get $a2) (local.get $an)))
    (local.set $a3 (i32.add (local.get $a3) (local.get $an)))
    (local.set $b (i32.add (local.get $b) (local.get $bn)))
    (local.set $k (i32.sub (local.get $k) (i32.const 1)))
    (br $next)))
  (call $store_{T} (local.get $v00) (local.get $v01) (local.get $o) (local.get $op)
                   (local.get $columns))
  (local.set $o (i32.add (local.get $o) (local.get $om)))
  (call $store_{T} (local.get $v10) (local.get $v11) (local.get $o) (local.get $op)
                   (local.get $columns))
  (local.set $o (i32.add (local.get $o) (local.get $om)))
  (call $store_{T} (local.get $v20) (local.get $v21) (local.get $o) (local.get $op)
                   (local.get $columns))
  (local.set $o (i32.add (local.get $o) (local.get $om)))
  (call $store_{T} (local.get $v30) (local.get $v31) (local.get $o) (local.get $op)
                   (local.get $columns)))

;; Copy `columns` columns of B, k rows, into the strip: {COLUMNS} entries a row, the rest 0.
(func $pack_{T} (param $b i32) (param $bn i32) (param $bp i32) (param $k i32) (param $columns i32)
      (local $to i32) (local $from i32) (local $left i32)
  (local.set $to (i32.add (global.get $base) (i32.const 32)))
  (block $done (loop $next
    (br_if $done (i32.eqz (local.get $k)))
    (v128.store (local.get $to) (v128.const i32x4 0 0 0 0))
    (v128.store offset=16 (local.get $to) (v128.const i32x4 0 0 0 0))
    (local.set $from (local.get $b))
    (local.set $left (i32.const 0))
    (loop $entry
      ({T}.store (i32.add (local.get $to) (i32.mul (local.get $left) (i32.const {SIZE})))
                 ({T}.load (local.get $from)))
      (local.set $from (i32.add (local.get $from) (local.get $bp)))
      (br_if $entry (i32.lt_u (local.tee $left (i32.add (local.get $left) (i32.const 1)))
                              (local.get $columns))))
    (local.set $to (i32.add (local.get $to) (i32.const 32)))
    (local.set $b (i32.add (local.get $b) (local.get $bn)))
    (local.set $k (i32.sub (local.get $k) (i32.const 1)))
    (br $next))))

;; One entry after the other, for columns of B that are not whole and not worth packing, or too long.
;; k and `columns` are not 0.
(func $plain_{T} (param $a i32) (param $an i32) (param $b i32) (param $bn i32) (param $bp i32)
      (param $o i32) (param $op i32) (param $k i32) (param $columns i32)
      (local $sum {T}) (local $left i32) (local $x i32) (local $y i32)
  (loop $column
    (local.set $sum ({T}.const 0))
    (local.set $left (local.get $k))
    (local.set $x (local.get $a))
    (local.set $y (local.get $b))
    (loop $next
      (local.set $sum ({T}.add (local.get $sum)
                               ({T}.mul ({T}.load (local.get $x)) ({T}.load (local.get $y)))))
      (local.set $x (i32.add (local.get $x) (local.get $an)))
      (local.set $y (i32.add (local.get $y) (local.get $bn)))
      (br_if $next (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    ({T}.store (local.get $o) (local.get $sum))
    (local.set $o (i32.add (local.get $o) (local.get $op)))
    (local.set $b (i32.add (local.get $b) (local.get $bp)))
    (br_if $column (local.tee $columns (i32.sub (local.get $columns) (i32.const 1))))))

;; A (m, k) times B (k, columns): one strip of the result.
(func $strip_{T} (param $a i32) (param $am i32) (param $an i32)
      (param $b i32) (param $bn i32) (param $bp i32)
      (param $o i32) (param $om i32) (param $op i32)
      (param $m i32) (param $k i32) (param $columns i32)
      (local $whole i32) (local $short i32)
  (local.set $whole (i32.and (i32.eq (local.get $columns) (i32.const {COLUMNS}))
                             (i32.eq (local.get $bp) (i32.const {SIZE}))))
  (local.set $short (i32.le_u (local.get $k) (i32.const {ROWS})))
  (if (i32.and (i32.and (i32.eqz (local.get $whole)) (i32.ne (local.get $k) (i32.const 0)))
               (i32.or (i32.eqz (local.get $short)) (i32.eq (local.get $m) (i32.const 1))))
    (then
      (loop $next
        (call $plain_{T} (local.get $a) (local.get $an) (local.get $b) (local.get $bn)
                         (local.get $bp) (local.get $o) (local.get $op) (local.get $k)
                         (local.get $columns))
        (local.set $a (i32.add (local.get $a) (local.get $am)))
        (local.set $o (i32.add (local.get $o) (local.get $om)))
        (br_if $next (local.tee $m (i32.sub (local.get $m) (i32.const 1)))))
      (return)))
  ;; one that is used often is packed even if it is whole: its rows may lie a page apart
  (if (i32.and (local.get $short)
               (i32.or (i32.eqz (local.get $whole)) (i32.gt_u (local.get $m) (i32.const 8))))
    (then
      (call $pack_{T} (local.get $b) (local.get $bn) (local.get $bp) (local.get $k)
                      (local.get $columns))
      (local.set $b (i32.add (global.get $base) (i32.const 32)))
      (local.set $bn (i32.const 32))))
  (block $done
    (loop $four
      (br_if $done (i32.lt_u (local.get $m) (i32.const 4)))
      (call $rows_{T} (local.get $a) (local.get $am) (local.get $an) (local.get $b)
                      (local.get $bn) (local.get $o) (local.get $om) (local.get $op)
                      (local.get $k) (local.get $columns))
      (local.set $a (i32.add (local.get $a) (i32.shl (local.get $am) (i32.const 2))))
      (local.set $o (i32.add (local.get $o) (i32.shl (local.get $om) (i32.const 2))))
      (local.set $m (i32.sub (local.get $m) (i32.const 4)))
      (br $four)))
  (block $end
    (loop $one
      (br_if $end (i32.eqz (local.get $m)))
      (call $row_{T} (local.get $a) (local.get $an) (local.get $b) (local.get $bn)
                     (local.get $o) (local.get $op) (local.get $k) (local.get $columns))
      (local.set $a (i32.add (local.get $a) (local.get $am)))
      (local.set $o (i32.add (local.get $o) (local.get $om)))
      (local.set $m (i32.sub (local.get $m) (i32.const 1)))
      (br $one))))

;; The loop as NumPy calls it: args A, B, result; dims how many, m, k, p;
;; steps of each from one to the next, then am, an, bn, bp, om, op.
(func (export "matmul_{T}") (param $args i32) (param $dims i32) (param $steps i32) (param $data i32)
      (local $a i32) (local $b i32) (local $o i32) (local $many i32) (local $p i32)
      (local $bp i32) (local $op i32) (local $columns i32) (local $from i32) (local $to i32)
  (local.set $a (i32.load (local.get $args)))
  (local.set $b (i32.load offset=4 (local.get $args)))
  (local.set $o (i32.load offset=8 (local.get $args)))
  (local.set $many (i32.load (local.get $dims)))
  (local.set $bp (i32.load offset=24 (local.get $steps)))
  (local.set $op (i32.load offset=32 (local.get $steps)))
  (if (i32.eqz (i32.load offset=4 (local.get $dims))) (then (return)))
  (block $done (loop $next
    (br_if $done (i32.eqz (local.get $many)))
    (local.set $p (i32.load offset=12 (local.get $dims)))
    (local.set $from (local.get $b))
    (local.set $to (local.get $o))
    (block $across (loop $strip
      (br_if $across (i32.eqz (local.get $p)))
      (local.set $columns (select (local.get $p) (i32.const {COLUMNS})
                                  (i32.lt_u (local.get $p) (i32.const {COLUMNS}))))
      (call $strip_{T}
        (local.get $a) (i32.load offset=12 (local.get $steps))
        (i32.load offset=16 (local.get $steps))
        (local.get $from) (i32.load offset=20 (local.get $steps)) (local.get $bp)
        (local.get $to) (i32.load offset=28 (local.get $steps)) (local.get $op)
        (i32.load offset=4 (local.get $dims)) (i32.load offset=8 (local.get $dims))
        (local.get $columns))
      (local.set $from (i32.add (local.get $from) (i32.mul (local.get $columns) (local.get $bp))))
      (local.set $to (i32.add (local.get $to) (i32.mul (local.get $columns) (local.get $op))))
      (local.set $p (i32.sub (local.get $p) (local.get $columns)))
      (br $strip)))
    (local.set $a (i32.add (local.get $a) (i32.load (local.get $steps))))
    (local.set $b (i32.add (local.get $b) (i32.load offset=4 (local.get $steps))))
    (local.set $o (i32.add (local.get $o) (i32.load offset=8 (local.get $steps))))
    (local.set $many (i32.sub (local.get $many) (i32.const 1)))
    (br $next))))
