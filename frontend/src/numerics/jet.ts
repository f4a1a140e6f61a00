/**
 * Value, slope and curvature of a function of one variable, carried along together.
 *
 * Forward-mode differentiation of second order (Griewank and Walther 2008, "Evaluating
 * derivatives", chapter 13): every operation takes jets and gives a jet, exact to rounding.
 * Overflow gives an infinity, a point outside the domain NaN. As `steepest.objective.jet`.
 */
export interface Jet {
  readonly value: number;
  readonly slope: number;
  readonly curvature: number;
}

/** Name -> the jet of the function at a jet: all that an expression may call. */
export const FUNCTIONS: { readonly [name: string]: (u: Jet) => Jet } = {
  exp: (u) => exponential(u),
  log: (u) => logarithm(u),
  sin: (u) => chain(u, Math.sin(u.value), Math.cos(u.value), -Math.sin(u.value)),
  cos: (u) => chain(u, Math.cos(u.value), -Math.sin(u.value), -Math.cos(u.value)),
  tanh: (u) => hyperbolicTangent(u),
  sqrt: (u) => squareRoot(u),
  // At the kink, where |u| has no slope, it is taken as 0: the subgradient in the middle.
  abs: (u) => chain(u, Math.abs(u.value), Math.sign(u.value), 0),
};

/** c·u; apart from `multiply`, so that 0·infinity does not come up. */
export function scale(u: Jet, constant: number): Jet {
  return jet(u.value * constant, u.slope * constant, u.curvature * constant);
}

/** u/c, for the same reason apart from `divide`. */
export function divideBy(u: Jet, constant: number): Jet {
  return jet(u.value / constant, u.slope / constant, u.curvature / constant);
}

/** -u. */
export function negate(u: Jet): Jet {
  return jet(-u.value, -u.slope, -u.curvature);
}

/** u + v. */
export function add(u: Jet, v: Jet): Jet {
  return jet(u.value + v.value, u.slope + v.slope, u.curvature + v.curvature);
}

/** u·v: (uv)'' = u''v + 2u'v' + uv''. */
export function multiply(u: Jet, v: Jet): Jet {
  return jet(
    u.value * v.value,
    u.slope * v.value + u.value * v.slope,
    u.curvature * v.value + 2 * u.slope * v.slope + u.value * v.curvature,
  );
}

/** q = u/v, from u = qv differentiated twice and solved for q', q''. */
export function divide(u: Jet, v: Jet): Jet {
  const value = u.value / v.value;
  const slope = (u.slope - value * v.slope) / v.value;
  return jet(value, slope, (u.curvature - 2 * slope * v.slope - value * v.curvature) / v.value);
}

/** u**n; a negative base has powers where n is whole, and gives NaN otherwise. */
export function powerToConstant(u: Jet, n: number): Jet {
  const first = n !== 0 ? n * raise(u.value, n - 1) : 0;
  const second = n !== 0 && n !== 1 ? n * (n - 1) * raise(u.value, n - 2) : 0;
  return chain(u, raise(u.value, n), first, second);
}

/** c**u; its slope is NaN for a negative c, whose powers have gaps everywhere. */
export function powerOfConstant(base: number, u: Jet): Jet {
  const value = raise(base, u.value);
  const growth = base !== 0 ? Math.log(base) : 0;
  return chain(u, value, value * growth, value * growth * growth);
}

/** u**v = exp(v·log u), where both vary; its slope is NaN unless u > 0. */
export function power(u: Jet, v: Jet): Jet {
  const exponent = multiply(v, logarithm(u));
  const value = raise(u.value, v.value);
  return chain(exponent, value, value, value);
}

function jet(value: number, slope: number, curvature: number): Jet {
  return { value, slope, curvature };
}

/** f(u) from f, f' and f'' at u: (f∘u)'' = f''·u'² + f'·u''. */
function chain(u: Jet, value: number, first: number, second: number): Jet {
  return jet(value, first * u.slope, second * u.slope * u.slope + first * u.curvature);
}

function exponential(u: Jet): Jet {
  const value = Math.exp(u.value);
  return chain(u, value, value, value);
}

function logarithm(u: Jet): Jet {
  const value = Math.log(u.value);
  const first = Number.isNaN(value) ? NaN : 1 / u.value;
  return chain(u, value, first, -first * first);
}

function hyperbolicTangent(u: Jet): Jet {
  const value = Math.tanh(u.value);
  // 1 - tanh² loses its digits far out, where the slope is tiny; 1/cosh² keeps them.
  const first = 1 / Math.cosh(u.value) ** 2;
  return chain(u, value, first, -2 * value * first);
}

function squareRoot(u: Jet): Jet {
  const value = Math.sqrt(u.value);
  return chain(u, value, 0.5 / value, -0.25 / (value * u.value));
}

/** As IEEE 754 has it, and Python: 1 to any power is 1, and so is -1 to an infinite one. */
function raise(base: number, exponent: number): number {
  const endless = exponent === Infinity || exponent === -Infinity;
  if (base === 1 || (base === -1 && endless)) return 1;
  // numpy takes these ways too, which are exact where a power is off by a rounding.
  if (exponent === 2) return base * base;
  if (exponent === 0.5) return Math.sqrt(base);
  if (exponent === -1) return 1 / base;
  return base ** exponent;
}
