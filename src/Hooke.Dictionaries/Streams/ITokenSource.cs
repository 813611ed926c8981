namespace Hooke.Dictionaries;

/// <summary>Endless text as sequences of tokens, each a pure function of its place: a stream goes on from anywhere.</summary>
public interface ITokenSource
{
    /// <summary>The most tokens that a sequence has.</summary>
    int Longest { get; }

    /// <summary>The tokens of one sequence, special tokens included.</summary>
    /// <param name="index">Its place, counted from 0; there is one at every place.</param>
    IReadOnlyList<int> Sequence(long index);
}
