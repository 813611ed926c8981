namespace Hooke.Evidence;

/// <summary>Did somebody else, with the same request on the same identities, get the same result bytes?</summary>
/// <param name="By">Who ran it again, in words.</param>
/// <param name="Result">The identity of the claim's result.</param>
/// <param name="Reproduced">The identity of their result.</param>
public sealed record RunAgain(string By, string Result, string Reproduced) : IFinding
{
    /// <inheritdoc/>
    public Outcome Outcome => Result == Reproduced ? Outcome.Supports : Outcome.Contradicts;

    /// <inheritdoc/>
    public string Sentence => Result == Reproduced
        ? $"{By} ran it again and got the same result, byte for byte."
        : $"{By} ran it again and got another result ({Short(Reproduced)} in place of {Short(Result)}).";

    static string Short(string identity) => identity.Length > 12 ? identity[..12] : identity;
}
