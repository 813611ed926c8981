namespace Hooke.Tensors;

/// <summary>What the user gave cannot be used; the message says what, where and what to do.</summary>
public sealed class InputException : Exception
{
    /// <summary>An error whose message is one clear sentence for the user.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>An error with the fault that caused it.</summary>
    public InputException(string message, Exception cause) : base(message, cause) { }
}
