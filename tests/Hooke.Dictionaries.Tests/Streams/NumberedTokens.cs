namespace Hooke.Dictionaries.Tests;

/// <summary>Sequences of different lengths, of tokens drawn from a seed; token 0 begins each.</summary>
sealed class NumberedTokens(int vocabulary, int longest) : ITokenSource
{
    public int Longest => longest;

    /// <summary>How many sequences were asked for.</summary>
    public int Asked { get; private set; }

    public IReadOnlyList<int> Sequence(long index)
    {
        Asked++;
        Tensors.Draws draws = new Tensors.Rng(3).Fork("tokens").Fork(index).Draw();
        int length = 2 + draws.Below(longest - 1);
        return [0, .. Enumerable.Range(1, length - 1).Select(_ => 1 + draws.Below(vocabulary - 1))];
    }
}
