using System.Numerics;

namespace Hooke.Tensors;

/// <summary>A matrix A · B of low rank, kept as its factors: [m, k] · [k, n] with k small.</summary>
/// <remarks>What is asked of the product is computed from k × k matrices wherever it can be.</remarks>
public sealed class FactoredMatrix
{
    readonly Lazy<(OrthogonalFactors Left, OrthogonalFactors Right)> _orthogonal;
    readonly Lazy<SingularValueDecomposition> _core;

    /// <summary>The product of two matrices.</summary>
    /// <exception cref="ArgumentException">The inner sizes differ, or an entry is not finite.</exception>
    public FactoredMatrix(Matrix a, Matrix b)
    {
        if (a.Columns != b.Rows)
            throw new ArgumentException($"a product of [{a.Rows}, {a.Columns}] and [{b.Rows}, {b.Columns}]");
        if (!a.IsFinite() || !b.IsFinite())
            throw new ArgumentException("a factor has an entry that is not finite");
        (A, B) = (a, b);
        _orthogonal = new(() => (OrthogonalFactors.Of(A), OrthogonalFactors.Of(B.Transposed())));
        _core = new(() => SingularValueDecomposition.Of(_orthogonal.Value.Left.R.Times(_orthogonal.Value.Right.R.Transposed())));
    }

    /// <summary>[m, k]</summary>
    public Matrix A { get; }

    /// <summary>[k, n]</summary>
    public Matrix B { get; }

    /// <summary>m</summary>
    public int Rows => A.Rows;

    /// <summary>n</summary>
    public int Columns => B.Columns;

    /// <summary>A · B in full, [m, n].</summary>
    public Matrix Product() => A.Times(B);

    /// <summary>One entry of A · B.</summary>
    public double this[int row, int column] => Vectors.Dot(A.Row(row), B.Column(column));

    /// <summary>One row of A · B, [n].</summary>
    public double[] Row(int row)
    {
        Matrix one = new(1, A.Columns);
        A.Row(row).CopyTo(one.Row(0));
        return one.Times(B).Row(0).ToArray();
    }

    /// <summary>One column of A · B, [m].</summary>
    public double[] Column(int column)
    {
        double[] b = B.Column(column);
        return A.Times(new Matrix(b.Length, 1, (i, _) => b[i])).Column(0);
    }

    /// <summary>(A · B)ᵀ = Bᵀ · Aᵀ</summary>
    public FactoredMatrix Transposed() => new(B.Transposed(), A.Transposed());

    /// <summary>(A · B) · other, over the smaller of the two inner sizes.</summary>
    /// <exception cref="ArgumentException">The sizes differ.</exception>
    public FactoredMatrix Times(FactoredMatrix other)
    {
        Matrix middle = B.Times(other.A);
        return middle.Rows <= middle.Columns ? new(A, middle.Times(other.B)) : new(A.Times(middle), other.B);
    }

    /// <summary>‖A · B‖, the root of the sum of squares (Frobenius).</summary>
    public double Norm() => _orthogonal.Value.Left.R.Times(_orthogonal.Value.Right.R.Transposed()).Norm();

    /// <summary>Σ (A · B)ᵢᵢ of a square product.</summary>
    /// <exception cref="ArgumentException">A · B is not square.</exception>
    public double Trace()
    {
        RequireSquare("trace");
        double sum = 0;
        for (int p = 0; p < B.Rows; p++)
            sum += Vectors.Dot(A.Column(p), B.Row(p));
        return sum;
    }

    /// <summary>The singular values, descending: the first min(m, n, k), all others being 0.</summary>
    public IReadOnlyList<double> SingularValues => _core.Value.Values;

    /// <summary>U and V of A · B = U · diag(σ) · Vᵀ for those singular values, [m, r] and [n, r].</summary>
    public (Matrix U, Matrix V) SingularVectors() =>
        (_orthogonal.Value.Left.Q.Times(_core.Value.U), _orthogonal.Value.Right.Q.Times(_core.Value.V));

    /// <summary>
    /// The eigenvalues of a square A · B, largest magnitude first: the min(m, k) of the smaller of B · A and A · B,
    /// all others being 0.
    /// </summary>
    /// <exception cref="ArgumentException">A · B is not square.</exception>
    public IReadOnlyList<Complex> Eigenvalues()
    {
        RequireSquare("eigenvalues");
        return Hooke.Tensors.Eigenvalues.Of(B.Rows <= Rows ? B.Times(A) : Product());
    }

    void RequireSquare(string what)
    {
        if (Rows != Columns)
            throw new ArgumentException($"the {what} of a matrix [{Rows}, {Columns}]: it must be square");
    }
}
