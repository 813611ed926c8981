namespace Hooke.Models;

/// <summary>The published patterns that cut text into words for byte-level tokenizers.</summary>
static class SplitPatterns
{
    /// <summary>GPT-2's, which GPT-NeoX has too.</summary>
    public const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>GPT-4's as Llama 3 (up to three digits together) and Qwen (each digit alone) write it.</summary>
    public static string Gpt4Like(string digits) => @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + digits
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
}
