namespace Hooke.Evidence.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData(0.93456, "0.935")]
    [InlineData(-0.5, "−0.5")]
    [InlineData(0, "0")]
    [InlineData(12.345, "12.3")]
    [InlineData(1234.5, "1,234")]
    [InlineData(0.0000123, "1.23E-05")]
    [InlineData(1e9, "∞")]
    [InlineData(-2e9, "−∞")]
    public void Numbers_have_three_significant_digits(double number, string expected) =>
        Assert.Equal(expected, Words.Number(number));

    [Theory]
    [InlineData(1, "1 prompt")]
    [InlineData(0, "0 prompts")]
    [InlineData(1024, "1,024 prompts")]
    public void Counts_agree_with_their_nouns(int count, string expected) =>
        Assert.Equal(expected, Words.Count(count, "prompt"));
}
