/**
 * The Cholesky factor of a symmetric positive definite matrix, A = L Lᵀ, in place: the lower
 * triangle becomes L, the upper one 0.
 * @param a - `[n, n]`, row-major
 * @throws RangeError if the matrix is not positive definite
 */
export function cholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0, x = i * n, y = j * n; k < j; k++) sum -= a[x++] * a[y++];
      if (i === j) {
        if (!(sum > 0)) throw new RangeError(`cholesky: not positive definite at row ${i}`);
        a[i * n + i] = Math.sqrt(sum);
      } else {
        a[i * n + j] = sum / a[j * n + j];
      }
    }
    a.fill(0, i * n + i + 1, (i + 1) * n);
  }
}

/**
 * The inverse of a lower triangular matrix with a full diagonal, `[n, n]`, by forward substitution,
 * in place.
 */
export function invertLower(l: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const pivot = 1 / l[i * n + i];
    // row i of the inverse: -pivot Σ_k L[i, k] inverse[k, :], k < i, over rows that are already
    // inverted
    const row = new Float64Array(n);
    for (let k = 0; k < i; k++) {
      const factor = -pivot * l[i * n + k];
      for (let j = 0, at = k * n; j <= k; j++, at++) row[j] += factor * l[at];
    }
    row[i] = pivot;
    l.set(row, i * n);
  }
}
